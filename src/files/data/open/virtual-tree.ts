/** Pictures that lie in other files, as a tree of files. */
import type { BesidePictures } from '../beside-pictures.ts'
import type { FileTree, TreeEntry } from '../file-tree.ts'

/** A tree with pictures of which more is known. */
export interface PictureTree extends Pick<FileTree, 'list' | 'read' | 'pictures'> {
  readonly beside?: BesidePictures | undefined
}

/**
 * A tree of files by their paths.
 *
 * @param read the bytes of one
 */
export function virtualTree(
  tree: Pick<FileTree, 'picturesIn'>,
  paths: Iterable<string>,
  read: (path: string) => Promise<Uint8Array>,
  beside: BesidePictures,
): PictureTree {
  const folders = new Map<string, TreeEntry[]>([['', []]])
  const enter = (folder: string): TreeEntry[] => {
    const known = folders.get(folder)
    if (known) return known
    const entries: TreeEntry[] = []
    folders.set(folder, entries)
    const at = folder.lastIndexOf('/')
    enter(folder.slice(0, Math.max(0, at))).push({ name: folder.slice(at + 1), kind: 'folder' })
    return entries
  }
  for (const path of paths) {
    const at = path.lastIndexOf('/')
    enter(path.slice(0, Math.max(0, at))).push({ name: path.slice(at + 1), kind: 'file' })
  }
  return {
    list: async (folder) => ({ identity: folder, entries: folders.get(folder) ?? [] }),
    read,
    pictures: tree.picturesIn!(read),
    beside,
  }
}
