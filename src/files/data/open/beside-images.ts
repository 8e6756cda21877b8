/** Which files of a folder belong to some of its images: a split has its own. */

/** Tables at the root, or in the folders above the classes of what is read. */
export function tablesOf(tables: readonly string[], [first = '']: readonly string[], depth: number): string[] {
  return tables.filter((table) => {
    const folder = table.slice(0, table.lastIndexOf('/') + 1)
    return folder.split('/').length - 1 <= depth && first.startsWith(folder)
  })
}

/** Those in folders that hold images, or above them. */
export function filesAbove(files: readonly string[], images: readonly string[]): string[] {
  const folders = new Set<string>([''])
  for (const image of images) {
    for (
      let at = image.lastIndexOf('/');
      at > 0 && !folders.has(image.slice(0, at + 1));
      at = image.lastIndexOf('/', at - 1)
    ) {
      folders.add(image.slice(0, at + 1))
    }
  }
  return files.filter((file) => folders.has(file.slice(0, file.lastIndexOf('/') + 1)))
}
