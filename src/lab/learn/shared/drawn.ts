/** Samples of a figure: to the end, in double precision, letting others run in between. */
import type { Denoiser } from '../../../diffusion/denoise/index.ts'
import { sample, type SampleOptions } from '../../../diffusion/sample/index.ts'
import { breather } from './breathe.ts'

/** The last state of a sampler, `[batch, ...shape]`; what it is does not depend on the pauses. */
export async function drawn(denoiser: Denoiser, options: SampleOptions): Promise<Float64Array> {
  let x: ArrayLike<number> = []
  const breathe = breather()
  for await (const step of sample(denoiser, { dtype: 'float64', ...options })) {
    x = step.x
    await breathe()
  }
  return Float64Array.from(x)
}
