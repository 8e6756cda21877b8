/** What a training run will need of memory, beside what the process may use. */
import { isArrays } from '../../files/data/any-dataset.ts'
import { allowedMemory } from '../../files/data/node/prepared/allowed-memory.ts'
import type { TrainData } from '../../tools/train/problem.ts'

/** The runtime, the program, and what a system keeps for itself. */
const besides = 3e8

/**
 * A warning where training will take more memory than the process may use: the system would end it without a word. Undefined where it fits.
 *
 * @param network bytes of the training step, as they are estimated
 */
export function memoryText(network: number, dataset: TrainData, allowed = allowedMemory()): string | undefined {
  const data = isArrays(dataset) && !dataset.stored ? dataset.data.byteLength : 0
  const needed = network + data + besides
  if (needed <= allowed) return undefined
  const ofData = data > needed / 4 ? ', and data are kept on disk where a data cache is named' : ''
  const problem = `training takes about ${gigabytes(needed)} of memory, and this process may use ${gigabytes(allowed)}`
  return `${problem}: the system may end it without a word; a smaller batch, or smaller images, take less${ofData}`
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
