/** How much each weighting lets the noise levels count, as a weight of the error of ε. */
import { lossWeight, type WeightingName } from '../../../../diffusion/denoise/index.ts'
import { vpSchedule } from '../../../../diffusion/noise/index.ts'
import { figure, type Mark } from '../../figure.ts'
import { say, spaced } from '../../shared/curve.ts'

const schedule = vpSchedule()
const at = (l: number): number => schedule.timeOfLogSnr(l)
const levels = spaced(-8, 8, 81)

/** The weightings with what they are called here. */
export const weightings: readonly (readonly [WeightingName, string])[] = [
  ['snr', 'snr: simple, for ε'],
  ['uniform-x0', 'uniform-x0: simple, for x₀'],
  ['min-snr', 'min-snr'],
  ['p2', 'p2'],
  ['edm', 'edm'],
  ['sigmoid', 'sigmoid'],
  ['likelihood', 'likelihood: the bound'],
]

/** −dλ/dt, what divides a weight in t to make one of λ. */
const fall = (t: number): number => schedule.diffusion(t) / schedule.sigma(t) ** 2

export const weightingsFigure = figure({
  id: 'weightings',
  title: 'What counts how much',
  hint: 'Compare min-snr and the bound: what they let count most lies at opposite ends. Look per unit of λ: there the bound is flat.',
  controls: {
    name: {
      kind: 'choice',
      label: 'weighting',
      options: weightings.map(([value, label]) => ({ value, label })),
      initial: 'min-snr',
    },
    per: {
      kind: 'choice',
      label: 'weight',
      options: [
        { value: 'time', label: 'at a time' },
        { value: 'level', label: 'per unit of λ' },
      ],
      initial: 'level',
    },
    level: { kind: 'slider', label: 'λ', min: -7, max: 7, step: 0.25, initial: 2 },
    gamma: { kind: 'slider', label: 'γ of min-snr', min: 1, max: 10, step: 1, initial: 5 },
  },
  show({ name, per, level, gamma }) {
    const weight = (which: WeightingName, l: number): number =>
      lossWeight(which, 'epsilon', schedule, at(l), which === 'min-snr' ? { gamma } : {}) /
      (per === 'level' ? fall(at(l)) : 1)
    const relative = (which: WeightingName, l: number): number =>
      Math.min(1000, Math.max(1e-4, weight(which, l) / weight(which, 0)))
    const [t, snr] = [at(level), Math.exp(level)]
    const here = lossWeight(name, 'epsilon', schedule, t, name === 'min-snr' ? { gamma } : {})
    return {
      views: [
        {
          kind: 'plot',
          title: 'weight of ‖ε̂ − ε‖², 1 at λ = 0',
          x: { label: 'λ: noise ← → data', min: -8, max: 8 },
          y: { label: '', min: 1e-3, max: 100, scale: 'log' },
          marks: [
            ...weightings
              .filter(([which]) => which !== name)
              .map(([which]): Mark => ({
                kind: 'line',
                x: levels,
                y: levels.map((l) => relative(which, l)),
                ink: 'muted',
                width: 1,
              })),
            { kind: 'line', x: levels, y: levels.map((l) => relative(name, l)), ink: 'model', width: 2.5, label: name },
            { kind: 'rule', x: level, ink: 'muted', dashed: true },
          ],
        },
        {
          kind: 'table',
          title: `λ = ${say(level)}: the weight of the error`,
          columns: ['', 'of ε', 'of x₀', 'of v'],
          rows: weightings.map(([which]) => [
            which,
            ...(['epsilon', 'sample', 'v'] as const).map((kind) =>
              say(lossWeight(which, kind, schedule, t, which === 'min-snr' ? { gamma } : {})),
            ),
          ]),
        },
      ],
      numbers: {
        level,
        snr,
        weight: here,
        data: snr * here,
        v: lossWeight(name, 'v', schedule, t, name === 'min-snr' ? { gamma } : {}),
      },
      caption: `At λ = ${say(level)} ${name} weighs the error of ε by ${say(here)}, which is ${say(snr * here)} for the error of x₀: the one is the other times SNR = ${say(snr)}.`,
    }
  },
})
