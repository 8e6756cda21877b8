/** Some items of a data set as a picture, in a file and in the terminal. */
import type { ArrayDataset } from '../files/data/dataset.ts'
import { itemSize } from '../files/data/dataset.ts'
import { loadBatch } from '../files/data/normalise.ts'
import { writeImage } from '../files/io/node/images.ts'
import { terminalColors } from '../files/io/terminal.ts'
import { pictureOf, textPictureOf } from '../files/show/picture.ts'
import { fold, key, permutation } from '../engine/random/index.ts'
import { print } from './output.ts'

/** What to show where. */
export interface ShowOptions {
  readonly out?: string
  readonly count: number
  readonly seed: number
  readonly force: boolean
  readonly json?: boolean
}

/** Items at random, the same for the same seed; of points, as many as there are up to 5000. */
export async function showItems(dataset: ArrayDataset, { out, count, seed, force, json }: ShowOptions): Promise<void> {
  const isImage = dataset.shape.length === 3
  const order = permutation(fold(key(seed), 'picture'), dataset.length)
  const pick = (most: number): Float32Array => {
    const indices = order.subarray(0, Math.min(most, dataset.length))
    return loadBatch(dataset, indices, new Float32Array(indices.length * itemSize(dataset.shape)))
  }
  const items = pick(isImage ? count : 5000)
  if (out !== undefined) {
    await writeImage(out, pictureOf(items, dataset), { overwrite: force, provenance: { data: dataset.name, seed } })
    if (!json) print(`picture ${out}`)
  }
  if (json || (!process.stdout.isTTY && out !== undefined)) return
  const colors = terminalColors(process.env, process.stdout.isTTY ?? false)
  const width = process.stdout.columns ?? 80
  const shown = isImage ? pick(Math.min(count, 16)) : items
  print(textPictureOf(shown, dataset, { colors, width, ...(isImage && { columns: 8 }) }))
}
