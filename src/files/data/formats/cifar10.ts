/** CIFAR-10's binary version: records of one label byte and 3 × 32 × 32 bytes, channels first. */
import { TweedieError } from '../../../errors.ts'
import { createDataset, type ArrayDataset } from '../dataset.ts'

const pixels = 3 * 32 * 32
const record = 1 + pixels

/** The ten classes, in order: what `batches.meta.txt` says. */
export const cifar10Classes: readonly string[] = Object.freeze(
  'airplane automobile bird cat deer dog frog horse ship truck'.split(' '),
)

/** The class names of a `batches.meta.txt`, one a line. */
export function parseCifar10Meta(text: string): string[] {
  const names = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  if (names.length !== 10) throw new TweedieError('data', `batches.meta.txt: ${names.length} class names, expected 10`)
  return names
}

/**
 * Reads batches (`data_batch_1.bin` …, `test_batch.bin`) into one data set.
 *
 * @throws TweedieError `data` if a batch is not a whole number of records, or a label is above 9
 */
export function parseCifar10(
  batches: readonly Uint8Array[],
  name = 'cifar10',
  classNames = cifar10Classes,
): ArrayDataset {
  const broken = batches.find((bytes) => bytes.length % record !== 0 || bytes.length === 0)
  if (broken) {
    throw new TweedieError(
      'data',
      `${name}: a batch of ${broken.length} bytes is no whole number of ${record}-byte records`,
    )
  }
  const length = batches.reduce((sum, bytes) => sum + bytes.length / record, 0)
  const data = new Uint8Array(length * pixels)
  const labels = new Int32Array(length)
  let item = 0
  for (const bytes of batches) {
    for (let start = 0; start < bytes.length; start += record, item++) {
      labels[item] = bytes[start]!
      data.set(bytes.subarray(start + 1, start + record), item * pixels)
    }
  }
  return createDataset({ name, kind: 'image', shape: [3, 32, 32], data, labels, classNames })
}
