/** ᾱ(t): how fast tokens are lost, and how fast what they say is. */
import { type FadeName, processOf } from '../../../../diffusion/discrete/index.ts'
import { uniformInformation } from '../../../../diffusion/discrete/mutual-information.ts'
import { figure } from '../../figure.ts'
import { evenly, percent } from '../../shared/series.ts'

const schedules = [
  { name: 'linear', ink: { series: 0 } },
  { name: 'cosine', ink: { series: 1 } },
  { name: 'mutual-information', ink: { series: 2 } },
] as const
const times = evenly(0, 1, 101)

/** Shares of K categories, each `ratio` times as frequent as the one before. */
export const shares = (categories: number, ratio: number): number[] => {
  const all = Array.from({ length: categories }, (_, k) => ratio ** k)
  const total = all.reduce((sum, each) => sum + each, 0)
  return all.map((each) => each / total)
}

/** ᾱ of the uniform kernel at these times. */
export function fadeOf(schedule: FadeName, marginal: readonly number[], times: ArrayLike<number>): Float64Array {
  const process = processOf({ kernel: 'uniform', schedule, steps: null, objective: 'bound', marginal }, marginal.length)
  if (process.kind !== 'uniform') throw new Error('the uniform kernel')
  return Float64Array.from(times, (t) => process.fade.alphaBar(t))
}

export const fade = figure({
  id: 'fade',
  title: 'How fast tokens fade',
  hint: 'With more categories, a uniform kernel leaves information longer: a wrong token is soon told from a right one. The third schedule is made so that the right plot is a straight line.',
  controls: {
    categories: { kind: 'slider', label: 'K, categories', min: 2, max: 64, step: 1, initial: 27 },
    ratio: { kind: 'slider', label: 'each as frequent as the last, times', min: 0.5, max: 1, step: 0.01, initial: 0.9 },
    t: { kind: 'slider', label: 't', min: 0, max: 1, step: 0.01, initial: 0.5 },
  },
  show({ categories, ratio, t }) {
    const marginal = shares(categories, ratio)
    const information = uniformInformation(marginal)
    const whole = information(1)
    const curves = schedules.map(({ name, ink }) => ({ name, ink, y: fadeOf(name, marginal, times) }))
    const at = (name: FadeName) => fadeOf(name, marginal, [t])[0]!
    const left = (alphaBar: number) => information(alphaBar) / whole
    const line = (y: Float64Array, { name, ink }: (typeof curves)[number]) =>
      ({ kind: 'line', x: times, y, ink, label: name }) as const
    return {
      views: [
        {
          kind: 'plot',
          title: 'ᾱ(t), the share of tokens not yet lost',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'ᾱ', min: 0, max: 1 },
          marks: [...curves.map((curve) => line(curve.y, curve)), { kind: 'rule', x: t, ink: 'muted', dashed: true }],
        },
        {
          kind: 'plot',
          title: 'I(x_t; x₀) / H(x₀), uniform kernel',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'share of the information', min: 0, max: 1 },
          marks: [
            ...curves.map((curve) => line(curve.y.map(left), curve)),
            { kind: 'rule', x: t, ink: 'muted', dashed: true },
          ],
        },
      ],
      numbers: {
        t,
        alphaBar: at('linear'),
        cosine: at('cosine'),
        matched: at('mutual-information'),
        information: left(at('linear')),
      },
      caption: `At t = ${t.toFixed(2)} the linear schedule has kept ${percent(at('linear'))} of the tokens and ${percent(left(at('linear')))} of what they say; the one by mutual information ${percent(at('mutual-information'))} of the tokens, and ${percent(left(at('mutual-information')))} of what they say.`,
    }
  },
})
