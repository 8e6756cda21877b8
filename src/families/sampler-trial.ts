/** A sampler that was exported as one file, tried beside our own sampling: the same noise must give the same items. */
import { samplerFileFeeds, type SamplerFile } from '../compiled/one-file/sampler-file.ts'
import type { Conditions } from '../diffusion/denoise/denoiser.ts'
import type { TensorData } from '../engine/runtime/session.ts'
import { tensorArrays } from '../engine/runtime/session.ts'
import { itemSize } from '../files/data/dataset.ts'
import type { FileTrial, Painter, Setting } from './family.ts'
import type { OptionValues } from '../options.ts'
import { sessionOf } from './session-of.ts'

/** What is tried. */
export interface TrialParts {
  readonly file: SamplerFile
  /** How many items. */
  readonly count: number
  readonly seed: number
  /** The classes and other conditions of the items. */
  readonly conditions: Conditions
  /** w, where the file takes one. */
  readonly w: number | undefined
  /** Our own painter, which is disposed of, and the options that make it sample as the file does. */
  readonly painter: Painter
  readonly options: OptionValues
  /** From an array of ours, as a `.npy` file has it, to the file's output. */
  readonly asOutput: (values: ArrayLike<number>) => ArrayLike<number>
}

/** Rounds that are timed, in turns; the first is not counted. */
const rounds = 3

/** Draws the same items both ways, and times both in turns. */
export async function trial(parts: TrialParts, setting: Setting): Promise<FileTrial> {
  const { file, count, seed, painter, options, asOutput } = parts
  using ours = painter
  using session = await setting.engine.createSession(file.bytes, { ...sessionOf(setting), cached: false })
  const output = file.outputs[0]!
  const shape = [count, ...output.shape!.slice(1).map(Number)]
  const result: TensorData = {
    dtype: output.dtype as 'float32' | 'uint8',
    shape,
    data: new tensorArrays[output.dtype as 'float32' | 'uint8'](itemSize(shape)),
  }
  const feeds = samplerFileFeeds(file, { batch: count, seed, conditions: parts.conditions, guidance: parts.w })
  const times: { readonly ours: number; readonly file: number }[] = []
  let expected: ArrayLike<number> = []
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now()
    const drawn = await ours.draw({ ...options, count, seed, batch: count }, { signal: setting.signal })
    const between = performance.now()
    await session.run(feeds, { output: result }, { signal: setting.signal })
    times.push({ ours: between - start, file: performance.now() - between })
    expected = drawn.array().data as Float32Array
  }
  const wanted = asOutput(expected)
  const difference = Array.from(result.data as Float32Array).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)),
    0,
  )
  const best = (of: 'ours' | 'file'): number => Math.min(...times.slice(1).map((each) => each[of])) / 1000
  return { items: count, difference, seconds: best('file'), ours: best('ours') }
}
