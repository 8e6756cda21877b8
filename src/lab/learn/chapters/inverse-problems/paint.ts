/** A measurement that is painted: draws of a method beside exact draws, and the exact mean and deviation. */
import { type PosteriorMethodName, posteriorMethods } from '../../../../diffusion/guidance/index.ts'
import { observation } from '../../../../diffusion/measure/index.ts'
import { ddim, uniformTimes } from '../../../../diffusion/sample/index.ts'
import { key } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { drawn } from '../../shared/drawn.ts'
import { deviationOf, meanOf, percent, shown } from '../../shared/series.ts'
import { method } from './method.ts'
import {
  likeliestTexture,
  pictureOf,
  pixelOperator,
  pixels,
  side,
  texturePosterior,
  texturePrior,
  textures,
} from './textures.ts'

const draws = 4

/** Bright and dark, as they are painted: 0 is not seen. */
const shades = [0, -0.8, 0.8]

const initial = Array.from({ length: pixels }, (_, i) => {
  const [row, column] = [Math.floor(i / side), i % side]
  if (column < 2 || column > 4) return 0
  return row === 2 ? 2 : row === 5 ? 1 : 0
})

/** The pixels that are painted, and what they were measured as. */
export function paintedPixels(painting: readonly number[]) {
  const seen = painting.flatMap((level, pixel) => (level > 0 ? [pixel] : []))
  return { seen, y: Float64Array.from(seen, (pixel) => shades[painting[pixel]!]!) }
}

/** Pictures by a method; without a measurement by the prior alone. */
export async function painted(
  method: PosteriorMethodName,
  painting: readonly number[],
  sigma: number,
  steps = 20,
  seed = 5,
) {
  const { seen, y } = paintedPixels(painting)
  const options = { times: uniformTimes(steps, { from: 0.995 }), batch: draws, seed }
  const sampled =
    seen.length === 0
      ? { denoiser: texturePrior(), sampler: ddim({ eta: 1 }) }
      : posteriorMethods[method].prepare(texturePrior(), observation(pixelOperator(seen), y, sigma), {
          jump: 6,
          resample: 3,
          zeta: method === 'dps' ? 0.3 : undefined,
        })
  const numbers = await drawn(sampled.denoiser, { ...options, sampler: sampled.sampler })
  const items = Array.from({ length: draws }, (_, item) => numbers.slice(item * pixels, (item + 1) * pixels))
  const pictures = items.map(pictureOf)
  const kinds = items.map(likeliestTexture)
  const misfits = pictures.flatMap((picture) => seen.map((pixel, j) => picture[pixel]! - y[j]!))
  return { pictures, kinds, misfit: misfits.length === 0 ? 0 : Math.sqrt(meanOf(misfits.map((each) => each ** 2))) }
}

const shape = [1, side, side] as const

/** The painting: grey where nothing is seen, with a tint. */
function canvas(painting: readonly number[]) {
  const data = new Float32Array(3 * pixels)
  painting.forEach((level, i) => {
    const [red, green, blue] = level === 0 ? [-0.1, 0, 0.25] : [shades[level]!, shades[level]!, shades[level]!]
    data[i] = red!
    data[pixels + i] = green!
    data[2 * pixels + i] = blue!
  })
  return { shape: [3, side, side] as const, data, label: 'y: paint' }
}

export const paint = figure({
  id: 'paint',
  title: 'A measurement that you paint',
  hint: 'Paint bright and dark pixels; blue is not seen. The data are bands across, bands down or clouds: a few pixels in a column decide. Then try a method that uses no derivative.',
  controls: {
    painting: { kind: 'drawing', label: 'unseen, dark, bright', width: side, height: side, levels: 3, initial },
    method,
    sigma: { kind: 'slider', label: 'σ_y', min: 0.05, max: 0.6, step: 0.05, initial: 0.1 },
  },
  async show({ painting, method, sigma }) {
    const { seen, y } = paintedPixels(painting)
    const posterior = texturePosterior(seen, y, sigma)
    const exact = posterior.draw(draws, key('exact pictures'))
    const { pictures, kinds, misfit } = await painted(method, painting, sigma)
    const row = (list: readonly Float64Array[], label: string) => list.map((data) => ({ shape, data, label }))
    const spread = Math.max(...posterior.deviation) || 1
    const shares = textures.map(({ name }, k) => `${name} ${percent(posterior.weights[k]!)}`).join(', ')
    const mean = deviationOf(pictures.flatMap((picture) => Array.from(picture)))
    return {
      views: [
        {
          kind: 'pictures',
          columns: 3,
          drawing: 'painting',
          items: [
            canvas(painting),
            { shape, data: posterior.mean, label: 'exact mean' },
            { shape, data: posterior.deviation.map((each) => (2 * each) / spread - 1), label: 'deviation' },
          ],
        },
        {
          kind: 'pictures',
          columns: draws,
          items: [...row(pictures, 'drawn'), ...row(exact, 'exact')],
        },
      ],
      numbers: {
        across: posterior.weights[0]!,
        down: posterior.weights[1]!,
        clouds: posterior.weights[2]!,
        misfit,
        spread: mean,
      },
      caption: `${seen.length === 0 ? 'Nothing is measured: these are draws of the prior. ' : ''}Given what is painted: ${shares}. The draws are ${kinds.map((kind) => textures[kind]!.name).join(', ')}, and miss the painted pixels by ${shown(misfit)} (σ_y is ${shown(sigma)}).`,
    }
  },
})
