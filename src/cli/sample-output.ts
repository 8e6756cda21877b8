/** Where samples go: a picture, an array, or a folder of pictures. */
import { mkdir, readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { affineOf } from '../files/data/normalise.ts'
import { itemSize } from '../files/data/dataset.ts'
import { writeNpy } from '../files/data/formats/npy.ts'
import { TweedieError } from '../errors.ts'
import { writeFileAtomic } from '../files/io/node/files.ts'
import { imageExtensions, writeImage } from '../files/io/node/images.ts'
import type { Generated } from '../families/values/generate.ts'
import type { Model } from '../families/values/model.ts'
import { pictureOf } from '../files/show/picture.ts'
import { requireNew } from './require-new.ts'

/**
 * Refuses an output before there is anything to write.
 *
 * @throws TweedieError `exists` for what would be written over, `usage` for an extension that is no format
 */
export async function checkOutput(out: string, force: boolean): Promise<void> {
  const found = await stat(out).catch(() => undefined)
  if (isFolder(out) || found?.isDirectory()) {
    if (found && !force && (!found.isDirectory() || (await readdir(out)).length > 0)) {
      throw new TweedieError('exists', `${out} exists and is not empty`, {
        hint: '--force writes into it, or name another one',
      })
    }
    return
  }
  await requireNew(out, [...imageExtensions, '.npy'], force)
}

/** Writes samples. @returns the files */
export async function writeOutput(
  out: string,
  model: Model,
  { items, shape, labels }: Generated,
  options: {
    readonly provenance: Readonly<Record<string, unknown>>
    readonly force: boolean
    readonly columns?: number
  },
): Promise<string[]> {
  const { provenance, force, columns } = options
  if (extname(out).toLowerCase() === '.npy') {
    await writeFileAtomic(out, writeNpy({ shape, data: valuesOf(model, items) }))
    return [out]
  }
  const [count, ...item] = shape as [number, ...number[]]
  const found = await stat(out).catch(() => undefined)
  if (!isFolder(out) && !found?.isDirectory()) {
    const layout = columns === undefined ? {} : { columns }
    await writeImage(out, pictureOf(items, model.scale, layout), { overwrite: force, provenance })
    return [out]
  }
  if (item.length !== 3) {
    throw new TweedieError('usage', `${out}: one file to a sample is for images`, { hint: 'write a .npy file' })
  }
  await mkdir(out, { recursive: true })
  const files: string[] = []
  const size = itemSize(item)
  for (let i = 0; i < count; i++) {
    const name = labels && model.classNames[labels[i]!]
    const path = join(out, `${String(i).padStart(5, '0')}${name === undefined ? '' : `-${fileName(name)}`}.png`)
    const raster = pictureOf(items.subarray(i * size, (i + 1) * size), model.scale)
    await writeImage(path, raster, { overwrite: force, provenance: { ...provenance, item: i } })
    files.push(path)
  }
  return files
}

/** Float32 values: images in [−1, 1], everything else in the units of the data. */
function valuesOf({ scale }: Model, items: Float32Array): Float32Array {
  if (scale.kind === 'image') return items
  const { shift, scale: factor } = affineOf(scale)
  const span = itemSize(scale.shape) / shift.length
  return items.map((x, i) => {
    const c = Math.floor(i / span) % shift.length
    return shift[c]! + factor[c]! * x
  })
}

const isFolder = (path: string): boolean => extname(path) === '' || /[\\/]$/.test(path)

const fileName = (text: string): string => text.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '_')
