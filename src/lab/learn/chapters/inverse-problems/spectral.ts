/** DDRM: each direction of a blur on its own, seen better or worse than the state shows it. */
import { gaussianDenoiser } from '../../../../diffusion/denoise/index.ts'
import { ddrm } from '../../../../diffusion/guidance/index.ts'
import { gaussianBlur, matrixOperator, observation } from '../../../../diffusion/measure/index.ts'
import { uniformTimes } from '../../../../diffusion/sample/index.ts'
import { normal, key } from '../../../../engine/random/index.ts'
import { once } from '../../../../once.ts'
import { figure } from '../../figure.ts'
import { drawn } from '../../shared/drawn.ts'
import { remembered } from '../../shared/remembered.ts'
import { deviationOf, percent, whole } from '../../shared/series.ts'
import { schedule } from './mixture.ts'

const [n, count] = [16, 150]

/** A blur as a matrix, whose directions are worked out here. */
const blurOf = (width: number) => {
  const blur = gaussianBlur([n], width)
  const rows = Float64Array.from({ length: n * n }, (_, at) => (Math.floor(at / n) === at % n ? 1 : 0))
  const columns = blur.forward(rows)
  const operator = matrixOperator(
    { from: [n] },
    Float64Array.from({ length: n * n }, (_, at) => columns[(at % n) * n + Math.floor(at / n)]!),
  )
  const svd = operator.svd!()
  const order = whole(n).toSorted((a, b) => svd.values[b]! - svd.values[a]!)
  return { operator, svd, order }
}
const truth = once(() => normal(key('signal'), new Float64Array(n)))

/** The deviation of samples in each direction, the strongest first, and that of the posterior of white data N(0, 1). */
export async function spreads(width: number, sigma: number, eta: number) {
  const { operator, svd, order } = blurOf(width)
  const seen = observation(operator, operator.forward(truth()), sigma)
  const x = await drawn(gaussianDenoiser({ schedule, mean: new Float64Array(n) }), {
    sampler: ddrm(seen, { eta }),
    times: uniformTimes(30, { from: 0.999 }),
    batch: count,
    seed: 2,
  })
  const coordinates = whole(count).map((item) => svd.coordinates(x.subarray(item * n, (item + 1) * n)))
  const values = order.map((k) => svd.values[k]!)
  return {
    values,
    found: order.map((k) => deviationOf(coordinates.map((each) => each[k]!))),
    exact: values.map((s) => sigma / Math.hypot(sigma, s)),
  }
}

const spreadsOf = remembered(spreads)

export const spectral = figure({
  id: 'spectral',
  title: 'Direction by direction',
  hint: 'Walk t down: from the left, directions pass from the measurement’s side to the model’s. What a blur sees a little gets too small a spread.',
  controls: {
    width: { kind: 'slider', label: 'width of the blur', min: 0.4, max: 2, step: 0.1, initial: 1 },
    sigma: { kind: 'slider', label: 'σ_y', min: 0.01, max: 1, step: 0.01, initial: 0.2 },
    t: { kind: 'slider', label: 't', min: 0.01, max: 0.99, step: 0.01, initial: 0.3 },
    eta: { kind: 'slider', label: 'η', min: 0, max: 1, step: 0.05, initial: 0.85 },
  },
  async show({ width, sigma, t, eta }) {
    const { values, found, exact } = await spreadsOf(width, sigma, eta)
    const level = schedule.sigma(t) / schedule.alpha(t)
    const threshold = sigma / level
    const better = values.filter((s) => s >= threshold).length
    const at = whole(n)
    const part = (of: readonly number[], keep: (s: number) => boolean) =>
      of.map((value, i) => (keep(values[i]!) ? value : 0))
    const top = Math.max(1, ...found) * 1.1
    return {
      views: [
        {
          kind: 'plot',
          title: 'singular values of the blur',
          x: { label: 'direction', min: -0.7, max: n - 0.3 },
          y: { label: 's', min: 0, max: 1.05 },
          marks: [
            {
              kind: 'bars',
              x: at,
              y: part(values, (s) => s >= threshold),
              width: 0.8,
              ink: 'data',
              label: 'seen better than x_t shows',
            },
            {
              kind: 'bars',
              x: at,
              y: part(values, (s) => s < threshold),
              width: 0.8,
              ink: 'muted',
              label: 'seen worse',
            },
            ...(threshold <= 1.05
              ? [{ kind: 'rule', y: threshold, ink: 'noise', dashed: true, label: 'α σ_y / σ' } as const]
              : []),
          ],
        },
        {
          kind: 'plot',
          title: 'spread of samples, white data',
          x: { label: 'direction', min: -0.7, max: n - 0.3 },
          y: { label: 'deviation', min: 0, max: top },
          marks: [
            { kind: 'bars', x: at, y: found, width: 0.8, ink: 'model', label: `${count} samples of DDRM` },
            { kind: 'points', x: at, y: exact, ink: 'exact', radius: 4, label: 'p(x₀ | y)' },
          ],
        },
      ],
      numbers: { t, better, worse: n - better, threshold },
      caption: `At t = ${t.toFixed(2)} the noise of the state is ${level.toFixed(2)} of the signal: ${better} of ${n} directions (${percent(better / n)}) are known better from the measurement.`,
    }
  },
})
