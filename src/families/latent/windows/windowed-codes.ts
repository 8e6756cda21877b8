/** Windows of codes as data: each state of a trajectory is encoded by itself, and its code is drawn anew in every step. */
import { fold, normal } from '../../../engine/random/index.ts'
import { type Affine, itemSize } from '../../../files/data/dataset.ts'
import { toNetwork } from '../../../files/data/frame.ts'
import { withFacts } from '../../../files/data/stored-dataset.ts'
import { createTrajectory } from '../../../files/data/trajectory.ts'
import { type WindowedData, windowsOf, windowStarts } from '../../../files/data/windows.ts'
import { channelScale, type CodeLaws } from '../channel-scale.ts'
import type { CodeSource, LatentData } from '../data.ts'
import { codeField } from './code-windows.ts'

/** What is encoded: windows, and the laws of the codes of all states of their trajectory. */
export interface EncodedWindows {
  readonly of: WindowedData
  readonly laws: CodeLaws
  /** From what a network sees to codes, where another model has decided it; by default that of these laws. */
  readonly affine?: Affine | undefined
}

/**
 * Windows `[c, T, h, w]` of codes. What is trained on are draws z = μ + σ ε of each state's code: a function of the key alone, and in each window another one.
 * The mean codes are a trajectory themselves, which a Gaussian may be fitted to.
 */
export function windowedCodes(source: CodeSource, { of, laws, affine: known }: EncodedWindows): LatentData {
  const { latentShape } = source.autoencoder.autoencoder
  const field = codeField(latentShape)
  const [channels, ...grid] = field
  const size = itemSize(field)
  const affine = known ?? channelScale([laws], size, channels)
  const { trajectory, window, calendar, fields } = of
  const codes = createTrajectory({
    name: of.name,
    variables: Array.from({ length: channels }, (_, c) => ({ name: `code ${c}` })),
    grid,
    states: laws.mean,
    times: trajectory.times,
    step: trajectory.step,
    dated: trajectory.dated,
  })
  const windows = windowsOf(codes, window, { affine, calendar })
  const starts = windowStarts(trajectory, window)
  const item = new Float32Array(itemSize(windows.shape))
  const plane = size / channels
  const load: LatentData['load'] = (indices, frame, key, out) => {
    const each = itemSize(frame.network)
    for (let j = 0; j < indices.length; j++) {
      normal(fold(key, 'code', j), item)
      for (let c = 0, at = 0; c < channels; c++) {
        const [shift, scale] = [affine.shift[c]!, affine.scale[c]!]
        for (let t = 0; t < window.length; t++) {
          const from = (starts[indices[j]!]! + t) * size + c * plane
          for (let p = 0; p < plane; p++, at++) {
            item[at] = (laws.mean[from + p]! + laws.sigma[from + p]! * item[at]! - shift) / scale
          }
        }
      }
      toNetwork(frame, item, out.subarray(j * each, (j + 1) * each))
    }
  }
  return withFacts(windows, { fields, load, codes: { ...source, of, views: 1 } }) as LatentData
}
