/** Files with the paths that they have in a folder: what a file input, a drop or a zip gives. */

/** A file and its path, with `/` between its parts. It may be sent to a worker. */
export interface NamedFile {
  readonly path: string
  readonly file: Blob
}

/**
 * The files of a folder input or of a list, by their paths in the folder. The name of the folder itself is left out.
 *
 * @example
 * <input type="file" webkitdirectory> // namedFiles(input.files)
 */
export function namedFiles(files: FileList | readonly (File | NamedFile)[]): readonly NamedFile[] {
  const named = Array.from(files as ArrayLike<File | NamedFile>, (each) =>
    'path' in each && 'file' in each ? each : { path: each.webkitRelativePath || each.name, file: each },
  )
  return withoutCommonFolder(named)
}

/** The folder that all paths begin with is the one that was chosen: its name says nothing. */
export function withoutCommonFolder(files: readonly NamedFile[]): readonly NamedFile[] {
  const [first] = files
  const folder = first?.path.slice(0, first.path.indexOf('/') + 1) ?? ''
  if (folder === '' || !files.every(({ path }) => path.startsWith(folder))) return files
  return files.map(({ path, file }) => ({ path: path.slice(folder.length), file }))
}

/** The name of the folder that all paths begin with, if there is one. */
export function commonFolder(files: readonly NamedFile[]): string | undefined {
  const [first] = files
  const at = first?.path.indexOf('/') ?? -1
  const folder = first?.path.slice(0, at + 1)
  return at > 0 && files.every(({ path }) => path.startsWith(folder!)) ? first!.path.slice(0, at) : undefined
}
