/** What a network learns from the simple loss: the conditional mean of the noise. */
import { mixtureDenoiser, predictionOfSample } from '../../../../diffusion/denoise/index.ts'
import { cosineSchedule, jump } from '../../../../diffusion/noise/index.ts'
import { figure } from '../../figure.ts'
import { average, say, spaced } from '../../shared/curve.ts'
import { spreadData, spreadNoise } from '../../shared/spread.ts'

const count = 800
const schedule = cosineSchedule()

export const regressionFigure = figure({
  id: 'regression',
  title: 'Regression finds the conditional mean',
  hint: 'Each dot is a state and the noise that made it. No function of the state hits all dots; the curve is the best one. Move t and the modes.',
  controls: {
    t: { kind: 'slider', label: 't', min: 0.05, max: 0.95, step: 0.05, initial: 0.45 },
    apart: { kind: 'slider', label: 'half distance of the modes', min: 0, max: 1.5, step: 0.1, initial: 1 },
    guess: { kind: 'slider', label: 'your guess: the curve times', min: 0, max: 2, step: 0.05, initial: 1 },
  },
  play: { control: 't', seconds: 6 },
  show({ t, apart, guess }) {
    const components = [-1, 1].map((side) => ({ mean: [side * apart], covariance: 0.05 }))
    const law = mixtureDenoiser({ schedule, components })
    const data = spreadData(components, count)
    const noise = new Float64Array(count)
    spreadNoise(noise, 0, 0)
    const x = jump(schedule, t, data, noise)
    const best = (at: Float64Array) => predictionOfSample('epsilon', schedule, t, law.denoise(at, t), at)
    const at = spaced(-3, 3, 121)
    const prediction = best(x)
    const loss = average(noise.map((z, i) => (guess * prediction[i]! - z) ** 2))
    const least = average(noise.map((z, i) => (prediction[i]! - z) ** 2))
    // E Var[ε | x_t] = (α/σ)² E Var[x₀ | x_t]
    const unknown = (schedule.alpha(t) / schedule.sigma(t)) ** 2 * average(law.variance(x, t))
    const curve = best(at)
    return {
      views: [
        {
          kind: 'plot',
          x: { label: 'the noisy state xₜ', min: -3, max: 3 },
          y: { label: 'the noise ε in it', min: -3.5, max: 3.5 },
          marks: [
            { kind: 'points', x, y: noise, ink: 'noise', radius: 1.6, opacity: 0.5, label: 'training pairs' },
            { kind: 'line', x: at, y: curve, ink: 'exact', width: 2, label: 'E[ε | xₜ]' },
            ...(guess === 1
              ? []
              : [
                  {
                    kind: 'line' as const,
                    x: at,
                    y: curve.map((value) => guess * value),
                    ink: 'model' as const,
                    dashed: true,
                    label: 'your guess',
                  },
                ]),
          ],
        },
      ],
      numbers: { t, loss, least, unknown, alpha: schedule.alpha(t), sigma: schedule.sigma(t) },
      caption: `At t = ${say(t)} the loss is ${say(loss)}, and ${say(least)} at best: the noise of one sample cannot be known. In closed form that is ${say(unknown)}.`,
    }
  },
})
