/** Files and folders that data are read from: of a disk, or those that were picked in a browser. */
import type { ImageFit } from './image-fits.ts'
import type { Depth } from './open/image-depth.ts'
import type { Pixels } from './open/image-planes.ts'
import type { Background, Size } from './open/image-words.ts'

/** Files and folders by paths, with `/` between their parts. */
export interface FileTree {
  /** What is at a path; undefined: nothing. */
  kind(path: string): Promise<'file' | 'folder' | undefined>
  /** What is in a folder. A folder that was entered before, by a link, has the same `identity`. */
  list(folder: string): Promise<{ readonly identity: string; readonly entries: readonly TreeEntry[] }>
  /**
   * A file's bytes, unpacked if they are gzipped.
   *
   * @throws TweedieError `data` where it is missing, unreadable, broken, or larger than `maxBytes` before or after unpacking
   */
  read(path: string, maxBytes?: number, signal?: AbortSignal): Promise<Uint8Array>
  /** Reads parts of a file, where that can be done: of large files. @throws TweedieError `data` where it cannot be opened */
  ranges?(path: string): Promise<FileRanges>
  /** The last part of a path, of the current folder too. */
  nameOf(path: string): string
  /** The path of the same from anywhere, if there is such a file; names of built-in sets stay names. */
  absolute(path: string): Promise<string>
  readonly pictures: PictureReader
  /** Decodes pictures that lie in other files, where that can be done, given what reads their bytes. */
  picturesIn?(read: (path: string) => Promise<Uint8Array>): PictureReader
}

/** An open file that is read in parts. */
export interface FileRanges {
  readonly size: number
  /** Bytes from a place on: so many, or those up to the end. @throws TweedieError `data` where they cannot be read */
  read(at: number, length: number): Promise<Uint8Array>
  close(): void
}

/** A file or a folder. */
export interface TreeEntry {
  readonly name: string
  readonly kind: 'file' | 'folder'
}

/** What decodes pictures. */
export interface PictureReader {
  /** The size of a picture after rotation, how it is stored, and its frames. @throws Error for what is no picture */
  facts(path: string): Promise<PictureFacts>
  /** Decodes a picture: upright, in sRGB, scaled to fit a rectangle where one is given. @throws Error where it cannot */
  decode(path: string, how: DecodeHow): Promise<Pixels>
  /**
   * Decodes all frames of a picture that moves, or of a video, as `decode` does one.
   *
   * @throws TweedieError `usage` where something that is needed for it is missing; Error where it cannot
   */
  frames(path: string, how: DecodeHow, signal?: AbortSignal): Promise<MovingPicture>
  /** @throws TweedieError `usage` for what is no colour */
  requireColour(background: Background): Promise<void>
}

/** What is known of a picture before it is decoded. */
export interface PictureFacts {
  readonly width: number
  readonly height: number
  readonly depth: Depth
  readonly frames: number
}

/** The frames of a picture that moves. */
export interface MovingPicture {
  readonly frames: readonly Pixels[]
  /** Milliseconds of each, where they are known. */
  readonly delays: readonly number[] | undefined
}

/** How a picture is decoded. */
export interface DecodeHow {
  readonly background?: Background | undefined
  readonly size?: Size | undefined
  readonly fit?: ImageFit | undefined
  readonly depth?: Depth | undefined
  /** Whether it is turned as its EXIF says; default yes. */
  readonly upright?: boolean | undefined
}

/** How much a file may hold, packed or not, unless the caller says otherwise: 2 GiB. */
export const defaultMaxBytes = 2 ** 31

/** A path in a folder. */
export function within(folder: string, name: string): string {
  return folder === '' || folder.endsWith('/') ? folder + name : `${folder}/${name}`
}

/** The folder that a path lies in; empty where it has none. */
export function folderOf(path: string): string {
  const at = path.replaceAll('\\', '/').lastIndexOf('/')
  return at < 0 ? '' : path.slice(0, Math.max(1, at))
}

/** The last part of a path. */
export function lastPart(path: string): string {
  return path.slice(path.replaceAll('\\', '/').lastIndexOf('/') + 1)
}
