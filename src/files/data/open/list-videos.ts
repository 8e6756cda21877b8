/** The videos of a folder: files that move, and folders of frames. */
import { type FileTree, within } from '../file-tree.ts'

/** A video: one file, or frames in their order. */
export interface Clip {
  /** Relative to the set's folder: the file, or the folder of frames; empty for frames in the set's folder itself. */
  readonly name: string
  /** The file that moves; left out: frames. */
  readonly file?: string
  /** Files of single pictures, in natural order. */
  readonly frames?: readonly string[]
}

/** Files that may hold several frames, and files of one. */
const moving = /\.(?:gif|webp)$/i
const still = /\.(?:png|jpe?g|jfif|webp|tiff?|avif)$/i
const coded = /\.(?:mp4|m4v|mov|mkv|webm|avi)$/i

/** Whether a file is one that only a program for videos reads. */
export const isCoded = (file: string): boolean => coded.test(file)

/** Whether a single file may be a video. */
export const isVideoFile = (file: string): boolean => moving.test(file) || coded.test(file)

/** Names in natural order: `frame_2` before `frame_10`. */
export const inOrder = new Intl.Collator('en', { numeric: true })

/**
 * Lists the videos of a folder and its sub-folders, in natural order; hidden files and folders are left out. A folder in which nothing moves, and which
 * holds pictures, is a folder of frames.
 *
 * @param framesOf how many frames a GIF or WebP file has @returns `beside`: pictures that lie beside videos
 */
export async function listVideos(
  tree: Pick<FileTree, 'list'>,
  folder: string,
  framesOf: (file: string) => Promise<number>,
): Promise<{ readonly clips: readonly Clip[]; readonly beside: readonly string[] }> {
  const clips: Clip[] = []
  const beside: string[] = []
  const visited = new Set<string>()
  async function walk(relative: string): Promise<void> {
    const { identity, entries } = await tree.list(relative === '' ? folder : within(folder, relative))
    if (visited.has(identity)) return
    visited.add(identity)
    const files: string[] = []
    for (const entry of entries.toSorted((a, b) => inOrder.compare(a.name, b.name))) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`
      if (entry.kind === 'folder') await walk(name)
      else files.push(name)
    }
    const several = new Set<string>()
    for (const file of files)
      if (coded.test(file) || (moving.test(file) && (await framesOf(file)) > 1)) several.add(file)
    for (const file of several) clips.push({ name: file, file })
    const singles = files.filter((file) => !several.has(file) && (still.test(file) || moving.test(file)))
    if (singles.length === 0) return
    if (several.size > 0) for (const file of singles) beside.push(file)
    else clips.push({ name: relative, frames: singles })
  }
  await walk('')
  return { clips: clips.toSorted((a, b) => inOrder.compare(a.name, b.name)), beside }
}
