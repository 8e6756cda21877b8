/** What a decoder’s output means: a density, probabilities of shades, or of black and white. */
import { decoderLaw } from '../../../../diffusion/latent/index.ts'
import { figure } from '../../figure.ts'
import { column, everywhere, numbersOf } from '../../shared/evaluated.ts'
import { evenly, shown, sumOf } from '../../shared/series.ts'

export const laws = ['gaussian', 'discretised', 'bernoulli'] as const

/** log p(x | z) of these values. */
export function logLaw(
  name: (typeof laws)[number],
  values: ArrayLike<number>,
  output: number,
  sigma: number,
  count: number,
) {
  const law = decoderLaw(name, { low: -1, high: 1, count })
  const logSigma = everywhere(Math.log(sigma))
  return numbersOf(law.logProbability(column(values), everywhere(output, values.length), logSigma))
}

export const law = figure({
  id: 'law',
  title: 'What the output means',
  hint: 'Move the output beyond ±1 under ‘shades’: the outermost bins reach to infinity, so the sum stays 1. The density of the Gaussian grows without bound as σ shrinks.',
  controls: {
    law: {
      kind: 'choice',
      label: 'law',
      options: [
        { value: 'discretised', label: 'shades' },
        { value: 'gaussian', label: 'Gaussian density' },
        { value: 'bernoulli', label: 'black and white' },
      ],
      initial: 'discretised',
    },
    output: { kind: 'slider', label: 'output of the decoder', min: -1.5, max: 1.5, step: 0.05, initial: 0.7 },
    sigma: { kind: 'slider', label: 'σ', min: 0.02, max: 1, step: 0.02, initial: 0.3 },
    count: { kind: 'slider', label: 'shades', min: 2, max: 64, step: 1, initial: 16 },
  },
  show({ law: name, output, sigma, count }) {
    const isDensity = name === 'gaussian'
    const values = isDensity ? evenly(-1.6, 1.6, 201) : evenly(-1, 1, name === 'bernoulli' ? 2 : count)
    const p = logLaw(name, values, output, sigma, count).map(Math.exp)
    const total = isDensity ? (sumOf(p) * 3.2) / 200 : sumOf(p)
    const at = logLaw(name, [0.5], output, sigma, name === 'discretised' ? 5 : count)[0]!
    return {
      views: [
        {
          kind: 'plot',
          x: { label: 'x', min: -1.6, max: 1.6 },
          y: { label: isDensity ? 'density' : 'probability', min: 0, max: Math.max(...p) * 1.1 },
          marks: [
            isDensity
              ? { kind: 'area', x: values, y: p, ink: 'model', label: 'p(x | z)' }
              : { kind: 'bars', x: values, y: p, width: 1.6 / values.length, ink: 'model', label: 'P(x | z)' },
            ...(name === 'bernoulli'
              ? []
              : [{ kind: 'rule', x: output, ink: 'muted', dashed: true, label: 'output' } as const]),
          ],
        },
      ],
      numbers: { sigma, top: Math.max(...p), total, log: at },
      caption: `${isDensity ? 'The density reaches' : 'The likeliest value has probability'} ${shown(Math.max(...p))}; ${isDensity ? 'within the plot it integrates to' : 'all values together have'} ${shown(total, 3)}.`,
    }
  },
})
