/** Straight lines between pairs, and the paths of the velocity that is learnt from them. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { rectifiedFlow } from '../../../../diffusion/noise/index.ts'
import { rungeKutta, tableaux, uniformTimes } from '../../../../diffusion/sample/index.ts'
import { fold, key, normal, permutation } from '../../../../engine/random/index.ts'
import { figure, type Mark } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { linesOverTime, overTime, record } from '../../shared/paths.ts'
import { normalPoints, spreadData } from '../../shared/spread.ts'

export const reach = 2.6
export const schedule = rectifiedFlow()
const count = 26

/** Two modes of this half distance. */
export const modesAt = (apart: number) => [-1, 1].map((side) => ({ weight: 1, mean: [side * apart], covariance: 0.02 }))
export const lawAt = (apart: number) => mixtureDenoiser({ schedule, components: modesAt(apart) })

export const pairsFigure = figure({
  id: 'pairs',
  title: 'Lines cross, the flow does not',
  hint: 'Move t: the dots on both sides have the same law at every time, though they got there on other ways. Pair noise and data in order, and the lines are the flow, nearly.',
  controls: {
    t: { kind: 'slider', label: 't', min: 0, max: 1, step: 0.02, initial: 0.5 },
    apart: { kind: 'slider', label: 'half distance of the modes', min: 0.2, max: 1.8, step: 0.1, initial: 1.2 },
    pairing: {
      kind: 'choice',
      label: 'pairs',
      options: [
        { value: 'independent', label: 'independent' },
        { value: 'sorted', label: 'in order' },
      ],
      initial: 'independent',
    },
    seed: { kind: 'slider', label: 'seed', min: 0, max: 20, step: 1, initial: 1 },
  },
  play: { control: 't', seconds: 6 },
  async show({ t, apart, pairing, seed }) {
    const noise = normal(fold(key(seed), 'noise'), new Float64Array(count))
    const data = spreadData(modesAt(apart), count)
    const order = permutation(fold(key(seed), 'pairs'), count)
    const x0 = pairing === 'sorted' ? data.slice().sort() : data.map((_, i) => data[order[i]!]!)
    const from = pairing === 'sorted' ? noise.slice().sort() : noise
    const now = x0.map((value, i) => (1 - t) * value + t * from[i]!)
    const lines = Array.from(x0, (value, i): Mark => ({
      kind: 'line',
      x: [0, 1],
      y: [value, from[i]!],
      ink: { series: 3 },
      width: 1,
      opacity: 0.8,
    }))
    const law = lawAt(apart)
    const flow = await record(law, {
      sampler: rungeKutta(tableaux.rk4, { clock: 'time' }),
      times: uniformTimes(32, { to: 0.004 }),
      x: normalPoints(count),
    })
    const place = (1 - t) * 32
    const k = Math.min(31, Math.floor(place))
    const carried = flow.states[k]!.map((value, i) => value + (place - k) * (flow.states[k + 1]![i]! - value))
    let crossings = 0
    for (let i = 0; i < count; i++)
      for (let j = 0; j < i; j++) if ((x0[i]! - x0[j]!) * (from[i]! - from[j]!) < 0) crossings++
    const rule: Mark = { kind: 'rule', x: t, ink: 'muted', dashed: true }
    return {
      views: [
        overTime('pairs: x = (1 − t) x₀ + t ε', reach, [
          ...lines,
          rule,
          { kind: 'points', x: now.map(() => t), y: now, ink: { series: 3 }, radius: 3.5 },
        ]),
        overTime('the flow of E[ε − x₀ | x]', reach, [
          ...linesOverTime(flow, { ink: 'model', width: 1.1, opacity: 0.85 }),
          rule,
          { kind: 'points', x: carried.map(() => t), y: carried, ink: 'model', radius: 3.5 },
        ]),
      ],
      numbers: { t, x0: x0[0]!, noise: from[0]!, x: now[0]!, velocity: from[0]! - x0[0]!, crossings },
      caption: `The lines of ${count} pairs cross ${crossings} times; the paths of the flow never do. The first line goes at ${say(from[0]! - x0[0]!)} all along.`,
    }
  },
})
