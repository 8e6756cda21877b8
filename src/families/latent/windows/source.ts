/** Assimilation by codes: windows of codes are drawn, and what was observed is a measurement of what they decode to. */
import type { DecodedOperator } from '../../../compiled/decoded-operator.ts'
import { decoderNoise, sigmaOfCodes } from '../../../diffusion/guidance/decoder-noise.ts'
import { observation } from '../../../diffusion/measure/observation.ts'
import { fold, key } from '../../../engine/random/index.ts'
import { TweedieError } from '../../../errors.ts'
import type { FieldFacts } from '../../../files/data/fields/facts.ts'
import { affineOf } from '../../../files/data/normalise.ts'
import type { ValueChoice } from '../../coded/values-of.ts'
import type { Setting } from '../../family.ts'
import type { TrajectorySource } from '../../values/trajectories/source.ts'
import type { LatentModel } from '../model.ts'
import { operatorOnCodes } from '../operator-on-codes.ts'
import { codeField, windowOf } from './code-windows.ts'
import { decodedTrajectory, wholeItem } from './decoded-trajectory.ts'

/** States that are decoded at a time. */
const batch = 16

/** How draws become fields. */
export interface CodeDraws {
  /** `sample` (default): with the noise of the decoder's law, given what was observed; `mean`: what codes decode to. */
  readonly draw?: ValueChoice | undefined
  readonly seed?: number | undefined
}

/**
 * Compiles the decoder, with its derivatives.
 *
 * @throws TweedieError `usage` for a model of anything but windows of fields
 */
export async function sourceOfCodes(
  model: LatentModel,
  { draw = 'sample', seed = 0 }: CodeDraws,
  setting: Setting,
): Promise<TrajectorySource> {
  const { prior, autoencoder, meta } = model
  const fields = meta.data['fields'] as unknown as FieldFacts | undefined
  if (windowOf(model) === undefined || fields === undefined) {
    throw new TweedieError(
      'usage',
      `the model is of codes of ${autoencoder.scale.kind}, and trajectories are made by models of windows of fields`,
      { hint: 'tweedie train weather.nc --latents runs/vae --window 8' },
    )
  }
  const { law, frame, scale } = autoencoder
  const from = codeField(autoencoder.autoencoder.latentShape)
  const [, ...grid] = frame.item as [number, number, number]
  const decoder: DecodedOperator = await operatorOnCodes(
    { autoencoder, from, affine: affineOf(prior.scale) },
    wholeItem(frame.item),
    batch,
    setting,
  )
  const s = law.name === 'gaussian' ? (law.sigma ?? 0) : 0
  return {
    prior,
    fields,
    grid,
    scale,
    how: { draw },
    async measured({ observed, squares, states }, length) {
      const { operator, y, sigma } = observed
      return observation(decodedTrajectory(operator, decoder, length, states), y, sigmaOfCodes(sigma, s, squares))
    },
    async toFields(drawn, { observed }, member) {
      const length = observed.operator.from[1]!
      const all = Array.from({ length }, (_, t) => t)
      const whole = wholeItem([frame.item[0]!, length, ...grid])
      const mean = await decodedTrajectory(whole, decoder, length, all).forward(drawn)
      if (draw === 'mean') return mean
      const noise = await decoderNoise(observed, { mean, s, stream: fold(key(seed), 'values', member) })
      return mean.map((value, i) => value + noise[i]!)
    },
    [Symbol.dispose]: () => decoder[Symbol.dispose](),
  }
}
