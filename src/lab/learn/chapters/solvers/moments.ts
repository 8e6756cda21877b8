/** One step of an exponential integrator: the weight of each moment of the step, and the polynomial in the place of x̂₀. */
import { cosineSchedule, halfLogSnr, timeOfNoiseLevel } from '../../../../diffusion/noise/index.ts'
import { exponentialMoments, weightsOfMoments } from '../../../../diffusion/sample/moments.ts'
import { ddim, rungeKutta, sampleFinal, tableaux } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { curveOf, say, spaced } from '../../shared/curve.ts'
import { twoModesOn } from '../../shared/line.ts'
import { record } from '../../shared/paths.ts'

const schedule = cosineSchedule()
const law = twoModesOn(schedule)
const timeOf = (l: number): number => timeOfNoiseLevel(schedule, Math.exp(-l))

/** The exact path from a start, as x̂₀ and x at equal steps of ℓ. */
async function pathOf(from: number, to: number, start: number) {
  const levels = spaced(from, to, 33)
  const times = Array.from(levels, timeOf)
  const x = Float64Array.of(start * Math.hypot(schedule.alpha(times[0]!), schedule.sigma(times[0]!)))
  const { states } = await record(law, { sampler: rungeKutta(tableaux.rk4), times, x })
  return {
    levels,
    x: states.map((state) => state[0]!),
    means: states.map((state, i) => law.denoise(state, times[i]!)[0]!),
  }
}

/** The value at u of the polynomial through (node, value). */
const polynomial = (nodes: readonly number[], values: readonly number[], u: number): number =>
  nodes.reduce(
    (sum, node, k) =>
      sum +
      values[k]! *
        nodes.reduce((product, other, j) => (j === k ? product : (product * (u - other)) / (node - other)), 1),
    0,
  )

export const momentsFigure = figure({
  id: 'moments',
  title: 'A polynomial in the place of the answer',
  hint: 'Raise the order: the polynomial through past answers follows x̂₀ better. Make the step long and watch it run away.',
  controls: {
    order: { kind: 'slider', label: 'order', min: 1, max: 3, step: 1, initial: 2 },
    h: { kind: 'slider', label: 'step h', min: 0.1, max: 1.2, step: 0.05, initial: 0.5 },
    at: { kind: 'slider', label: 'ℓ at its start', min: -0.8, max: 2, step: 0.1, initial: 0.3 },
    start: { kind: 'slider', label: 'start', min: -2, max: 2, step: 0.05, initial: -0.5 },
  },
  async show({ order, h, at, start }) {
    // three equal steps: two behind, and the one to be made
    const { levels, x, means } = await pathOf(at - 2 * h, at + h, start)
    const index = (l: number) =>
      Array.from(levels).reduce((best, level, i) => (Math.abs(level - l) < Math.abs(levels[best]! - l) ? i : best), 0)
    const now = index(at)
    const nodes = Array.from({ length: order }, (_, k) => -k)
    // the 33 levels are 32 equal parts of 3h: the starts of the past steps lie at no level exactly, so answers are interpolated
    const between = (l: number): number => {
      const place = ((l - levels[0]!) / (3 * h)) * 32
      const i = Math.min(31, Math.floor(place))
      return means[i]! + (place - i) * (means[i + 1]! - means[i]!)
    }
    const answers = nodes.map((node) => between(at + node * h))
    const moments = exponentialMoments(h, 3)
    const weights = weightsOfMoments(nodes, moments.slice(0, order))
    const [t, s] = [timeOf(at), timeOf(at + h)]
    const place = ((at - levels[0]!) / (3 * h)) * 32
    const i = Math.min(31, Math.floor(place))
    const begin = x[i]! + (place - i) * (x[i + 1]! - x[i]!)
    const linear = (schedule.sigma(s) / schedule.sigma(t)) * begin
    const pull = schedule.alpha(s) * weights.reduce((sum, weight, k) => sum + weight * answers[k]!, 0)
    const end = x.at(-1)!
    const [bottom, top] = [Math.min(...means) - 0.3, Math.max(...means) + 0.3]
    return {
      views: [
        {
          kind: 'plot',
          title: 'x̂₀, and what stands in for it',
          x: { label: 'u, in units of the step', min: -2, max: 1 },
          y: { label: '', min: bottom, max: top },
          marks: [
            { kind: 'line', x: levels.map((l) => (l - at) / h), y: means, ink: 'exact', width: 2, label: 'x̂₀' },
            {
              kind: 'line',
              ...curveOf((u) => Math.max(bottom, Math.min(top, polynomial(nodes, answers, u))), -2, 1),
              ink: 'model',
              dashed: true,
              label: `the polynomial of order ${order}`,
            },
            { kind: 'points', x: nodes, y: answers, ink: 'model', radius: 5, label: 'answers known' },
            { kind: 'rule', x: 0, ink: 'muted', dashed: true },
          ],
        },
        {
          kind: 'plot',
          title: 'what each u counts',
          x: { label: 'u', min: 0, max: 1 },
          y: { label: '', min: 0, max: 1.1 * h },
          marks: [{ kind: 'area', ...curveOf((u) => h * Math.exp(-h * (1 - u)), 0, 1), ink: 'noise' }],
        },
      ],
      numbers: {
        h,
        m0: moments[0]!,
        m1: moments[1]!,
        m2: moments[2]!,
        w0: weights[0]!,
        w1: weights[1] ?? 0,
        w2: weights[2] ?? 0,
        linear,
        pull,
        next: linear + pull,
        end,
        error: Math.abs(linear + pull - end),
        level: halfLogSnr(schedule, t),
        now,
      },
      caption: `With weights ${weights.map((weight) => say(weight)).join(', ')} the step ends at ${say(linear + pull)}; the exact path ends at ${say(end)}, an error of ${say(Math.abs(linear + pull - end), 2)}.`,
    }
  },
})

/** DDIM's step by the package, for the order of one. */
export const ddimStep = async (x: number, from: number, to: number): Promise<number> =>
  (await sampleFinal(law, { sampler: ddim(), times: [timeOf(from), timeOf(to)], x: Float64Array.of(x) }))[0]!
