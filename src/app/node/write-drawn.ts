/** Writes drawn items: one picture of all, a folder of one file each, an array or texts; and the trajectory. */
import { extname, join } from 'node:path'
import { TweedieError } from '../../errors.ts'
import type { Drawn, ItemFormat, Makes, View } from '../../families/family.ts'
import { writeNpy } from '../../files/data/formats/npy.ts'
import { type TableCells, writeCsv } from '../../files/data/formats/write-csv.ts'
import { makeFolder, writeFileAtomic } from '../../files/io/node/files.ts'
import { animationExtensions, writeAnimation, writeImage } from '../../files/io/node/images.ts'
import { magnify, type Raster } from '../../files/io/raster.ts'
import { besideName, checkFolder, isAnimation, isFolder, isPicture } from './check-output.ts'
import { requireAbsent } from './require-new.ts'

/** How items are written. */
export interface WriteOptions {
  /** Overwrite existing files; default: an `exists` error. */
  readonly overwrite?: boolean | undefined
  /** Pictures in a row of a grid; by default as square as possible. */
  readonly columns?: number | undefined
  /** Enlarges pictures by a whole number, their pixels kept sharp; default 1. */
  readonly scale?: number | undefined
  /** Facts about their making, written into pictures and JSON; by default those that the items carry. */
  readonly provenance?: Readonly<Record<string, unknown>> | undefined
}

/** Separates two texts of a file. */
const divider = '\n--------\n'

/**
 * Writes items. The extension chooses the format: a picture of all of them, an animation if they move; `.npy` the values; `.csv` rows of a table; `.txt` and
 * `.json` texts; a folder (a name without an extension) one file each, of what moves a folder of frames each; other extensions are formats of such items
 * (`drawn.formats`), with numbered files where each is one of its own.
 *
 * @returns the files
 * @throws TweedieError `exists` for a file that would be overwritten, `usage` for a format that such items do not have
 * @example
 * await writeDrawn('cats.png', await painter.draw({ count: 4, class: 'cat' }), { overwrite: true, scale: 4 })
 */
export async function writeDrawn(out: string, drawn: Drawn, options: WriteOptions = {}): Promise<string[]> {
  if (await isFolder(out)) return writeFolder(out, drawn, options)
  const extension = extname(out).toLowerCase()
  const { overwrite = false, provenance = drawn.how } = options
  if (drawn.movie && isAnimation(out)) {
    const views = [[out, drawn] as const, ...besides(drawn, (name) => besideName(out, name))]
    for (const [path, view] of views) await writeMovie(path, view, { ...options, provenance })
    return views.map(([path]) => path)
  }
  if (isPicture(out)) {
    const views = [[out, drawn] as const, ...besides(drawn, (name) => besideName(out, name))]
    for (const [path, view] of views) {
      await writeImage(path, rasterOf(view, path, options), { overwrite, provenance })
    }
    return views.map(([path]) => path)
  }
  if (drawn.formats?.[extension]) return writeFormat(out, drawn, drawn.formats[extension], options)
  await requireAbsent(out, ['.npy', '.csv', '.json', '.txt', ...Object.keys(drawn.formats ?? {})], overwrite)
  if (extension === '.npy') await writeFileAtomic(out, writeNpy(drawn.array()))
  else if (extension === '.csv') await writeFileAtomic(out, writeCsv(tableOf(drawn, out)))
  else {
    const texts = textsOf(drawn, out)
    const content = extension === '.json' ? JSON.stringify({ ...provenance, texts }, undefined, 2) : texts.join(divider)
    await writeFileAtomic(out, `${content}\n`)
  }
  return [out]
}

/** Writes one file of all items, or numbered ones: `out.ply` → `out-00000-cone.ply`, … */
async function writeFormat(
  out: string,
  drawn: Drawn,
  { several, bytes }: ItemFormat,
  { overwrite = false, columns }: WriteOptions,
): Promise<string[]> {
  const layout = columns === undefined ? {} : { columns }
  const together = several || drawn.count === 1
  const paths = together
    ? [out]
    : Array.from({ length: drawn.count }, (_, i) => besideName(out, numberedName(drawn, i)))
  for (const path of paths) await requireAbsent(path, [extname(out).toLowerCase()], overwrite)
  for (const [i, path] of paths.entries()) {
    await writeFileAtomic(path, bytes(together ? 0 : i, together ? drawn.count : 1, layout))
  }
  return paths
}

/**
 * Writes the trajectory of items that were drawn with `frames`: an animation, or a text.
 *
 * @throws TweedieError `exists`, or `usage` if the frames were not kept
 */
export async function writeTrajectory(path: string, drawn: Drawn, options: WriteOptions = {}): Promise<void> {
  const { frames = [] } = drawn
  const { overwrite = false, provenance = drawn.how } = options
  if (frames.length === 0) {
    throw new TweedieError('usage', `${path}: the frames of these items were not kept`, {
      hint: 'draw them with `frames`',
    })
  }
  if (animationExtensions.includes(extname(path).toLowerCase())) {
    const rasters = frames.map((frame) => rasterOf(frame, path, options))
    return writeAnimation(path, rasters, { overwrite, provenance })
  }
  await requireAbsent(path, ['.txt'], overwrite)
  const texts = frames.map((frame) => `t = ${frame.time.toFixed(4)}\n${textsOf(frame, path).join(divider)}\n`)
  await writeFileAtomic(path, texts.join('\n'))
}

/** One file to an item, numbered, with its class or what it was asked for by. */
async function writeFolder(folder: string, drawn: Drawn, options: WriteOptions): Promise<string[]> {
  const { overwrite = false, provenance = drawn.how } = options
  await checkFolder(folder, makesOf(drawn), overwrite)
  await makeFolder(folder)
  const files: string[] = []
  const write = async (name: string, view: View, item?: number): Promise<void> => {
    if (view.movie) {
      files.push(...(await writeFrames(join(folder, name), view, { ...options, provenance })))
      return
    }
    const path = join(folder, `${name}${view.raster ? '.png' : view.table ? '.csv' : '.txt'}`)
    const asked = item === undefined ? undefined : drawn.captions?.[item]
    const about =
      item === undefined ? provenance : { ...provenance, item, ...(asked !== undefined && { prompt: asked }) }
    if (view.raster) await writeImage(path, rasterOf(view, path, options), { overwrite, provenance: about })
    else if (view.table) {
      await requireAbsent(path, ['.csv'], overwrite)
      await writeFileAtomic(path, writeCsv(view.table()))
    } else {
      await requireAbsent(path, ['.txt'], overwrite)
      await writeFileAtomic(path, `${textsOf(view, path).join(divider)}\n`)
    }
    files.push(path)
  }
  for (let i = 0; i < drawn.count; i++) {
    const name = numberedName(drawn, i)
    await write(name, drawn.part(i, 1), i)
    for (const extension of drawn.eachAs ?? []) {
      const path = join(folder, `${name}${extension}`)
      await requireAbsent(path, [extension], overwrite)
      await writeFileAtomic(path, drawn.formats![extension]!.bytes(i, 1, {}))
      files.push(path)
    }
  }
  for (const [name, view] of besides(drawn, (each) => each)) await write(name, view)
  return files
}

/** An animation of what moves, as fast as the data were. */
async function writeMovie(path: string, view: View, options: WriteOptions): Promise<void> {
  const { overwrite = false, provenance = {}, columns, scale = 1 } = options
  const { frames, rate } = view.movie!(columns === undefined ? {} : { columns })
  const delay = Math.max(20, Math.round(1000 / rate))
  const large = frames.map((frame) => (scale === 1 ? frame : magnify(frame, scale)))
  await writeAnimation(path, large, { overwrite, provenance, delay, hold: delay })
}

/** A folder of frames, `frame_0001.png` and so on. */
async function writeFrames(folder: string, view: View, options: WriteOptions): Promise<string[]> {
  const { overwrite = false, provenance = {}, scale = 1 } = options
  await makeFolder(folder)
  const files: string[] = []
  for (const [t, frame] of view.movie!({ padding: 0 }).frames.entries()) {
    const path = join(folder, `frame_${String(t + 1).padStart(4, '0')}.png`)
    await writeImage(path, scale === 1 ? frame : magnify(frame, scale), { overwrite, provenance })
    files.push(path)
  }
  return files
}

/** `00003-cone`: an item's number, and its class or what it was asked for by. */
function numberedName({ captions, classes }: Drawn, item: number): string {
  const name = (captions?.[item] ?? classes?.[item])?.slice(0, 60)
  return `${String(item).padStart(5, '0')}${name === undefined ? '' : `-${fileName(name)}`}`
}

/** Facts about the items: pictures have three axes. */
function makesOf(drawn: Drawn): Makes {
  const pictures = drawn.raster === undefined ? 'none' : drawn.shape.length > 2 ? 'each' : 'together'
  const tables = drawn.table === undefined ? {} : ({ tables: drawn.shape.length > 2 ? 'each' : 'together' } as const)
  return { pictures, texts: drawn.texts !== undefined, ...tables }
}

function besides<Name>({ beside = {} }: Drawn, name: (end: string) => Name): (readonly [Name, View])[] {
  return Object.entries(beside).map(([end, view]) => [name(end), view] as const)
}

function rasterOf(view: View, path: string, { columns, scale = 1 }: WriteOptions): Raster {
  const raster = view.raster?.(columns === undefined ? {} : { columns })
  if (raster) return scale === 1 ? raster : magnify(raster, scale)
  throw new TweedieError('usage', `${path}: there is no picture of such items`, { hint: 'write a .npy or a .txt file' })
}

function tableOf(view: View, path: string): TableCells {
  if (view.table) return view.table()
  throw new TweedieError('usage', `${path}: such items are no rows of a table`, { hint: 'write a .png or a .npy file' })
}

function textsOf(view: View, path: string): readonly string[] {
  if (view.texts) return view.texts()
  throw new TweedieError('usage', `${path}: such items are no texts`, { hint: 'write a .png or a .npy file' })
}

/** What every system takes in a name; no name ends in a point on Windows. */
const fileName = (text: string): string => text.replaceAll(/[^\p{L}\p{N}_.-]+|\.+$/gu, '_')
