/** Four losses of one family of scores: they differ by constants, and have their minimum at the same place. */
import { analyticDivergence, mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { edmSchedule, jump, timeOfNoiseLevel } from '../../../../diffusion/noise/index.ts'
import { fold, key, normal, rademacher, uniform } from '../../../../engine/random/index.ts'
import { figure, type Mark } from '../../figure.ts'
import { breather } from '../../shared/breathe.ts'
import { average, say } from '../../shared/curve.ts'

const schedule = edmSchedule()
const sigma = 0.6
const t = timeOfNoiseLevel(schedule, sigma)
const count = 400
const grid = Array.from({ length: 13 }, (_, i) => 0.4 + 0.1 * i)

/** The score of two Gaussians that are 2a apart; the data have a = 1. */
const model = (a: number) =>
  analyticDivergence(
    mixtureDenoiser({
      schedule,
      components: [
        { mean: [-a, 0], covariance: 0.1 },
        { mean: [a, 0], covariance: 0.1 },
      ],
    }),
  )

function draws() {
  const side = uniform(fold(key(1), 'side'), new Float64Array(count))
  const data = normal(fold(key(1), 'spread'), new Float64Array(2 * count)).map(
    (z, i) => Math.sqrt(0.1) * z + (i % 2 === 0 ? (side[i >> 1]! < 0.5 ? -1 : 1) : 0),
  )
  const noise = normal(fold(key(1), 'noise'), new Float64Array(2 * count))
  const probe = rademacher(fold(key(1), 'probe'), new Float64Array(2 * count))
  return { noise, probe, x: jump(schedule, t, data, noise) }
}

export interface FourLosses {
  readonly fisher: number
  readonly explicit: number
  readonly sliced: number
  readonly denoising: number
}

/** The losses of the model `a`, as means over the draws. */
export async function lossesAt(a: number): Promise<FourLosses> {
  const { noise, probe, x } = draws()
  const scoreOf = (mean: ArrayLike<number>) => x.map((value, i) => (mean[i]! - value) / sigma ** 2)
  const { mean, trace } = await model(a).denoiseAndTrace(x, t)
  const { trace: probed } = await model(a).denoiseAndTrace(x, t, probe)
  const [s, truth] = [scoreOf(mean), scoreOf(await model(1).denoise(x, t))]
  const items = (value: (item: number) => number): number =>
    average(Float64Array.from({ length: count }, (_, item) => value(item)))
  const square = (of: (i: number) => number) => items((item) => of(2 * item) ** 2 + of(2 * item + 1) ** 2)
  const along = (item: number): number => probe[2 * item]! * s[2 * item]! + probe[2 * item + 1]! * s[2 * item + 1]!
  return {
    fisher: square((i) => s[i]! - truth[i]!) / 2,
    // tr ∂s/∂x = (tr ∂E[x₀|x]/∂x − d)/σ²
    explicit: square((i) => s[i]!) / 2 + items((item) => (trace[item]! - 2) / sigma ** 2),
    sliced: items((item) => along(item) ** 2 / 2 + (probed[item]! - 2) / sigma ** 2),
    denoising: square((i) => s[i]! + noise[i]! / sigma) / 2,
  }
}

const names = [
  ['fisher', 'Fisher, ½ E‖s − ∇ log p‖²'],
  ['explicit', 'explicit'],
  ['sliced', 'sliced'],
  ['denoising', 'denoising'],
] as const

/** The losses of all models of the curves, worked out once. */
let curves: Promise<readonly FourLosses[]> | undefined

async function allLosses(): Promise<readonly FourLosses[]> {
  const breathe = breather()
  const all: FourLosses[] = []
  for (const a of grid) {
    all.push(await lossesAt(a))
    await breathe()
  }
  return all
}

export const lossesFigure = figure({
  id: 'losses',
  title: 'Four losses, one minimum',
  hint: 'Move a, half the distance of the model’s two Gaussians; the data’s is 1. The curves differ by constants and fall on one another on the right.',
  controls: {
    a: { kind: 'slider', label: 'a of the model', min: 0.4, max: 1.6, step: 0.05, initial: 0.7 },
  },
  async show({ a }) {
    const [all, chosen, best] = await Promise.all([(curves ??= allLosses()), lossesAt(a), lossesAt(1)])
    const marks = (less: boolean): Mark[] => [
      ...names.map(([name, label], i): Mark => ({
        kind: 'line',
        x: grid,
        y: all.map((loss) => loss[name] - (less ? best[name] : 0)),
        ink: { series: i },
        label,
        dashed: less && i > 0,
      })),
      { kind: 'rule', x: a, ink: 'muted', dashed: true },
      {
        kind: 'points',
        x: names.map(() => a),
        y: names.map(([name]) => chosen[name] - (less ? best[name] : 0)),
        ink: 'model',
        radius: 3,
      },
    ]
    const x = { label: 'a of the model', min: 0.4, max: 1.6 }
    return {
      views: [
        { kind: 'plot', title: 'as they are', x, y: { label: 'loss', min: -2.5, max: 3.5 }, marks: marks(false) },
        {
          kind: 'plot',
          title: 'less their value at a = 1',
          x,
          y: { label: '', min: -0.1, max: 1 },
          marks: marks(true),
        },
      ],
      numbers: { a, ...chosen, constant: best.denoising },
      caption:
        `At a = ${say(a)}: Fisher ${say(chosen.fisher)}, explicit ${say(chosen.explicit)}, sliced ${say(chosen.sliced)}, denoising ${say(chosen.denoising)}. ` +
        `At the truth the denoising loss is still ${say(best.denoising)}: the noise of one sample cannot be known.`,
    }
  },
})
