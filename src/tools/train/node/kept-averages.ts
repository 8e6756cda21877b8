/** Averages of several moments of a run, in its folder `averages/`: one file of two averages each. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { TweedieError } from '../../../errors.ts'
import { readBytes, writeFileAtomic } from '../../../files/io/node/files.ts'
import { readSafetensors, writeSafetensors } from '../../../files/io/safetensors.ts'
import { onDisk } from '../../../system-error.ts'
import { checksumOf, noChecksum, sealed } from '../checkpoint-seal.ts'
import { runPaths } from './run-folder.ts'
import type { TrainState } from '../problem.ts'
import { secondSlot } from '../second-average.ts'

/** Two averages of one moment. */
export interface KeptMoment {
  readonly step: number
  readonly average: Float32Array
  readonly second: Float32Array
}

const format = 'tweedie-average-1'
const leastGap = 10
const fileOf = (step: number): string => `${String(step).padStart(8, '0')}.safetensors`
const folderOf = (run: string): string => runPaths(run).averages

/**
 * Steps between two moments that are kept, once so many steps are made: ten, and twice as many each time that there would be more than
 * twice the wanted number.
 */
export function gapAt(step: number, count: number): number {
  let gap = leastGap
  while (step / gap > 2 * count) gap *= 2
  return gap
}

/** Keeps averages of a run, and removes what lies too close. A run that goes on from a step forgets those behind it. */
export async function keepAverages(run: string, count: number, from: number) {
  const folder = folderOf(run)
  await onDisk({ path: folder }, () => mkdir(folder, { recursive: true }))
  const removeBut = async (isKept: (step: number) => boolean): Promise<void> => {
    for (const step of await stepsIn(folder)) {
      if (!isKept(step)) await onDisk({ path: folder }, () => rm(join(folder, fileOf(step)), { force: true }))
    }
  }
  await removeBut((step) => step <= from)
  return {
    isDue: (step: number): boolean => step % gapAt(step, count) === 0,
    async keep({ step, average, optimizer }: TrainState): Promise<void> {
      const arrays = new Map([
        ['average', { shape: [average.length], data: average }],
        ['second', { shape: [average.length], data: optimizer.slots[secondSlot]! }],
      ])
      await onDisk({ path: folder }, () => mkdir(folder, { recursive: true }))
      const bytes = sealed(writeSafetensors(arrays, { format, checksum: noChecksum, step: String(step) }))
      await writeFileAtomic(join(folder, fileOf(step)), bytes)
      await removeBut((each) => each % gapAt(step, count) === 0)
    },
  }
}

/** The moments that a run has kept, before a step, in order; read one by one. */
export async function* keptMoments(run: string, before: number): AsyncGenerator<KeptMoment> {
  const folder = folderOf(run)
  for (const step of await stepsIn(folder)) {
    if (step >= before) continue
    const path = join(folder, fileOf(step))
    const bytes = (await readBytes(path, 'model'))!
    const { tensors, metadata } = readSafetensors(bytes, path)
    const [average, second] = ['average', 'second'].map((name) => tensors.get(name)?.data)
    const isWhole = metadata.format === format && metadata.checksum === checksumOf(bytes)
    if (!isWhole || !(average instanceof Float32Array) || !(second instanceof Float32Array)) {
      throw new TweedieError('model', `${path}: the averages in it are damaged`, {
        hint: 'delete it: the others do without it',
      })
    }
    yield { step, average, second }
  }
}

async function stepsIn(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((): string[] => [])
  return names
    .flatMap((name) => /^(\d+)\.safetensors$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}
