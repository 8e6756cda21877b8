/** The bound of one data point, term by term. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { variationalBound } from '../../../../diffusion/likelihood/index.ts'
import { namedTable, tableSchedule } from '../../../../diffusion/noise/index.ts'
import { figure } from '../../figure.ts'
import { average, say } from '../../shared/curve.ts'
import { spreadNoise } from '../../shared/spread.ts'

const draws = 120

/** Two modes, three parts left, seven right. */
export const boundComponents = [
  { weight: 0.3, mean: [-1], covariance: 0.02 },
  { weight: 0.7, mean: [0.8], covariance: 0.06 },
]

/** The terms of the bound of x₀, averaged over evenly spread noise, on a linear table of so many levels. */
export async function termsOf(x0: number, levels: number, variance: 'small' | 'large') {
  // β of fewer levels in proportion, so that every table ends in noise
  const scale = 1000 / levels
  const schedule = tableSchedule(
    namedTable('linear', { steps: levels, betaStart: 1e-4 * scale, betaEnd: Math.min(0.9, 0.02 * scale) }),
  )
  const law = mixtureDenoiser({ schedule, components: boundComponents })
  const { prior, transitions, decoder, total } = await variationalBound(law, new Float64Array(draws).fill(x0), {
    noise: spreadNoise,
    variance,
  })
  return {
    prior: average(prior),
    transitions: transitions.map(({ t, nats }) => ({ t, nats: average(nats) })),
    decoder: average(decoder),
    total: average(total),
    truth: -law.logDensity(Float64Array.of(x0), 0)[0]!,
  }
}

export const termsFigure = figure({
  id: 'terms',
  title: 'The bound, term by term',
  hint: 'Move the data point: between the modes everything is dear. Take more levels: each term shrinks, and the sum comes down to the truth.',
  controls: {
    x0: { kind: 'slider', label: 'x₀', min: -1.6, max: 1.8, step: 0.05, initial: 0.6 },
    levels: { kind: 'slider', label: 'levels T', min: 40, max: 400, step: 20, initial: 100 },
    variance: {
      kind: 'choice',
      label: 'variance of the step',
      options: [
        { value: 'large', label: 'β' },
        { value: 'small', label: 'β̃' },
      ],
      initial: 'large',
    },
  },
  async show({ x0, levels, variance }) {
    const { prior, transitions, decoder, total, truth } = await termsOf(x0, levels, variance)
    const sum = transitions.reduce((all, { nats }) => all + nats, 0)
    const low = 1e-7
    return {
      views: [
        {
          kind: 'plot',
          title: 'L of each level',
          x: { label: 'level', min: 1, max: levels, scale: 'log' },
          y: { label: 'nats', min: low, max: 10, scale: 'log' },
          marks: [
            {
              kind: 'line',
              x: transitions.map(({ t }) => t * levels),
              y: transitions.map(({ nats }) => Math.max(low, nats)),
              ink: 'model',
              label: 'L of the steps',
            },
            {
              kind: 'points',
              x: [levels],
              y: [Math.max(low, prior)],
              ink: 'noise',
              radius: 5,
              label: 'L at the start',
            },
          ],
        },
        {
          kind: 'plot',
          title: 'adding up',
          x: { label: '', min: 0, max: 5, bare: true },
          y: {
            label: 'nats',
            min: Math.min(0, decoder, truth, total) - 0.5,
            max: Math.max(1, total, sum, truth) + 0.5,
          },
          marks: [
            { kind: 'bars', x: [0.7], y: [prior], width: 0.8, ink: 'noise', label: 'L at the start' },
            { kind: 'bars', x: [1.7], y: [sum], width: 0.8, ink: 'model', label: 'all steps' },
            { kind: 'bars', x: [2.7], y: [decoder], width: 0.8, ink: 'data', label: 'L at the end' },
            { kind: 'bars', x: [3.7], y: [total], width: 0.8, ink: { series: 3 }, label: 'the bound' },
            { kind: 'rule', y: truth, ink: 'exact', dashed: true, label: '−log p(x₀)' },
          ],
        },
      ],
      numbers: { prior, sum, decoder, total, truth, gap: total - truth },
      caption: `The bound is ${say(prior)} + ${say(sum)} + ${say(decoder)} = ${say(total)} nats; −log p is ${say(truth)}, so the gap is ${say(total - truth)}.`,
    }
  },
})
