/** Paths of the three forward equations, and the band of one deviation that their kernels promise. */
import { forwardSde, type Schedule, subVpSchedule, veSchedule, vpSchedule } from '../../../../diffusion/noise/index.ts'
import { uniformTimes } from '../../../../diffusion/sample/index.ts'
import { fold, key, normal } from '../../../../engine/random/index.ts'
import { figure, type Mark } from '../../figure.ts'
import { curveOf, say } from '../../shared/curve.ts'

const [walkers, steps] = [12, 120]

const equations: Readonly<
  Record<string, { readonly schedule: Schedule; readonly reach: number; readonly f: string; readonly g2: string }>
> = {
  vp: { schedule: vpSchedule(), reach: 3.2, f: '−½ β', g2: 'β' },
  'sub-vp': { schedule: subVpSchedule(), reach: 3.2, f: '−½ β', g2: 'β (1 − e^(−2B))' },
  ve: { schedule: veSchedule({ sigmaMax: 5 }), reach: 14, f: '0', g2: '(σ²)′' },
}

export const forwardFigure = figure({
  id: 'forward',
  title: 'Forward: three equations',
  hint: 'Change the equation, and move the data point. VP forgets it, VE drowns it: its paths keep their mean and spread without end.',
  controls: {
    equation: {
      kind: 'choice',
      label: 'equation',
      options: [
        { value: 'vp', label: 'VP' },
        { value: 'sub-vp', label: 'sub-VP' },
        { value: 've', label: 'VE' },
      ],
      initial: 'vp',
    },
    x0: { kind: 'slider', label: 'x₀', min: -2, max: 2, step: 0.1, initial: 1.5 },
    t: { kind: 'slider', label: 't', min: 0.02, max: 1, step: 0.02, initial: 0.4 },
    seed: { kind: 'slider', label: 'seed', min: 0, max: 20, step: 1, initial: 0 },
  },
  play: { control: 't', seconds: 6 },
  show({ equation, x0, t, seed }) {
    const { schedule, reach, f, g2 } = equations[equation]!
    const times = uniformTimes(steps, { from: 0, to: t })
    const x = new Float64Array(walkers).fill(x0)
    const paths = Array.from({ length: walkers }, () => [x0])
    let draw = 0
    const noise = (out: Float64Array): void => void normal(fold(key(seed), draw++), out)
    for (const step of forwardSde(schedule, times, x, noise)) paths.forEach((path, i) => path.push(step.x[i]!))
    const edge = (side: number): Mark => ({
      kind: 'line',
      ...curveOf((u) => schedule.alpha(u) * x0 + side * schedule.sigma(u), 0.001, 1, 80),
      ink: side === 0 ? 'data' : 'exact',
      dashed: side !== 0,
      ...(side === 0 ? { label: 'the mean α x₀' } : side > 0 ? { label: 'α x₀ ± σ' } : {}),
    })
    const inside = paths.filter((path) => Math.abs(path.at(-1)! - schedule.alpha(t) * x0) < schedule.sigma(t)).length
    const [drift, diffusion, alpha, variance] = [
      schedule.drift(t),
      schedule.diffusion(t),
      schedule.alpha(t),
      schedule.sigma(t) ** 2,
    ]
    return {
      views: [
        {
          kind: 'plot',
          title: `f = ${f}, g² = ${g2}`,
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'x', min: -reach, max: reach },
          marks: [
            ...paths.map((y): Mark => ({ kind: 'line', x: times, y, ink: 'noise', width: 1, opacity: 0.7 })),
            edge(0),
            edge(1),
            edge(-1),
            { kind: 'rule', x: t, ink: 'muted', dashed: true },
          ],
        },
      ],
      numbers: { t, drift, diffusion, alpha, variance, mean: alpha * x0 },
      caption:
        `At t = ${say(t)}: f = ${say(drift)}, g² = ${say(diffusion)}, α = ${say(alpha)}, σ² = ${say(variance)}. ` +
        `${inside} of ${walkers} paths are within one deviation of the mean ${say(alpha * x0)}.`,
    }
  },
})
