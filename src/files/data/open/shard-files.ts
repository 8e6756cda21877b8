/** Shards of pictures: files that are open together, and show what is in them as one tree. */
import type { FileRanges, FileTree } from '../file-tree.ts'
import type { PictureTree } from './virtual-tree.ts'

/** Shards that are open until they are closed. */
export interface OpenShards {
  readonly tree: PictureTree
  close(): void
}

/**
 * Opens files for a tree of what is in them; all are closed together, and at once where something is wrong with one.
 *
 * @param make makes the tree of the files that it opens
 */
export async function withShardFiles(
  tree: FileTree,
  make: (open: (path: string) => Promise<FileRanges>) => Promise<PictureTree>,
): Promise<OpenShards> {
  const files: FileRanges[] = []
  const close = (): void => files.forEach((file) => file.close())
  const open = async (path: string): Promise<FileRanges> => {
    const file = await tree.ranges!(path)
    files.push(file)
    return file
  }
  try {
    return { tree: await make(open), close }
  } catch (error) {
    close()
    throw error
  }
}
