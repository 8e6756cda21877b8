/** The loss of each noise level, with and without the weight σ². */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { figure } from '../../figure.ts'
import { average, say, spaced } from '../../shared/curve.ts'
import { levels, timeOfSigma } from '../../shared/levels.ts'
import { spreadData, spreadNoise } from '../../shared/spread.ts'

const components = [
  { weight: 1, mean: [-1], covariance: 0.05 },
  { weight: 1, mean: [1], covariance: 0.05 },
]

/** E‖s + ε/σ‖² for the true score, over evenly spread draws: Var[x₀ | x]/σ⁴ on average. */
export function bestLoss(sigma: number, count = 300): number {
  const mixture = mixtureDenoiser({ schedule: levels, components })
  const noise = new Float64Array(count)
  spreadNoise(noise, 0, 0)
  const x = spreadData(components, count).map((value, i) => value + sigma * noise[i]!)
  return average(mixture.variance(x, timeOfSigma(sigma))) / sigma ** 4
}

export const weightsFigure = figure({
  id: 'weights',
  title: 'Why the weight is σ²',
  hint: 'Move σ. Without the weight a level counts more the fainter its noise, by orders of magnitude; with σ² all count alike.',
  controls: {
    sigma: { kind: 'slider', label: 'σ', min: 0.05, max: 5, step: 0.05, initial: 0.5 },
    weighted: { kind: 'toggle', label: 'times σ²', initial: true },
  },
  show({ sigma, weighted }) {
    const sigmas = spaced(Math.log(0.05), Math.log(5), 40).map(Math.exp)
    const losses = sigmas.map((each) => bestLoss(each, 150))
    // a model that always says zero: E‖ε/σ‖² = 1/σ²
    const nothing = sigmas.map((each) => 1 / each ** 2)
    const factor = (each: number) => (weighted ? each ** 2 : 1)
    const best = bestLoss(sigma)
    const low = 1e-4
    return {
      views: [
        {
          kind: 'plot',
          title: weighted ? 'σ² E‖s + ε/σ‖²' : 'E‖s + ε/σ‖²',
          x: { label: 'σ', min: 0.05, max: 5, scale: 'log' },
          y: { label: '', min: low, max: 1000, scale: 'log' },
          marks: [
            {
              kind: 'line',
              x: sigmas,
              y: nothing.map((loss, i) => loss * factor(sigmas[i]!)),
              ink: 'muted',
              label: 'a model that says 0',
            },
            {
              kind: 'line',
              x: sigmas,
              y: losses.map((loss, i) => Math.max(low, loss * factor(sigmas[i]!))),
              ink: 'model',
              label: 'the true score',
            },
            { kind: 'rule', x: sigma, ink: 'muted', dashed: true },
          ],
        },
      ],
      numbers: { sigma, lambda: sigma ** 2, target: 1 / sigma ** 2, best, weightedBest: sigma ** 2 * best },
      caption: `At σ = ${say(sigma)} the target has mean square ${say(1 / sigma ** 2)}, and the true score leaves ${say(best)} of it; times σ² these are 1 and ${say(sigma ** 2 * best)}.`,
    }
  },
})
