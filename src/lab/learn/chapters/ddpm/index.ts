/** DDPM: training, sampling, targets, weightings, variances. */
import type { Chapter } from '../../chapter.ts'
import { ancestralFigure } from './ancestral.ts'
import { regressionFigure } from './regression.ts'
import { targetsFigure } from './targets.ts'
import { varianceFigure } from './variance.ts'
import { weightingsFigure } from './weightings.ts'

const tex = String.raw

export const chapter: Chapter = {
  name: 'ddpm',
  title: 'DDPM',
  lead: 'The bound asks for a network that guesses the data behind a noisy state. Denoising diffusion probabilistic models train it by regression and sample by walking the chain back.',
  sections: [
    {
      title: 'Algorithm 1: training',
      equations: [
        {
          tex: tex`L_{\mathrm{simple}} = \mathrm E \lVert \varepsilon - \hat\varepsilon(\sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \varepsilon, t) \rVert^2 = \live{loss}`,
          says: 'Draw data, a level and noise; guess the noise. It is the bound with the weight in front of each term left out.',
          code: `import { namedTable, jump, tableSchedule, timeOfIndex } from 'tweedie/noise'
import { integers, key, normal } from 'tweedie/random'

const table = namedTable('linear')
const x0 = Float64Array.of(0.7, -0.3)
const [level] = integers(key('level'), 1, 0, 1000)
const noise = normal(key('noise'), new Float64Array(2))
const x = jump(tableSchedule(table), timeOfIndex(table, level!), x0, noise) // what the network sees
const loss = (guess: Float64Array) => guess.reduce((sum, value, i) => sum + (value - noise[i]!) ** 2, 0)
console.log(loss(noise), x.length) // → 0 2`,
        },
        {
          tex: tex`\hat\varepsilon^* = \mathrm E[\varepsilon \mid x_t], \qquad L^* = \frac{\alpha_t^2}{\sigma_t^2}\, \mathrm E\, \mathrm{Var}[x_0 \mid x_t] = \live{unknown}`,
          says: 'The best answer to a squared error is a conditional mean, and its loss is what cannot be known.',
          code: `import { mixtureDenoiser, predictionOfSample } from 'tweedie/denoise'
import { cosineSchedule } from 'tweedie/noise'

const schedule = cosineSchedule()
const mixture = mixtureDenoiser({ schedule, components: [{ mean: [-1], covariance: 0.05 }, { mean: [1], covariance: 0.05 }] })
const x = Float64Array.of(0.4)
const noise = predictionOfSample('epsilon', schedule, 0.45, mixture.denoise(x, 0.45), x)
console.log(noise.length) // → 1`,
        },
      ],
      figure: regressionFigure,
    },
    {
      title: 'Algorithm 2: sampling',
      equations: [
        {
          tex: tex`x_{t-1} = \frac1{\sqrt{\alpha_t}} \left( x_t - \frac{1 - \alpha_t}{\sqrt{1 - \bar\alpha_t}}\, \hat\varepsilon \right) + \sigma_t z \qquad = \frac1{\live{root}} \left( \live{x} - \live{weight} \cdot (\live{noise}) \right) + \live{sigma} \cdot (\live{z}) = \live{next}`,
          says: 'A draw from the posterior with the data replaced by its estimate. No noise is added in the last step.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { namedTable, tableSchedule } from 'tweedie/noise'
import { ddpm, sampleFinal, tableTimes } from 'tweedie/sample'

const table = namedTable('linear', { steps: 1000 })
const components = [{ weight: 1, mean: [-1.2], covariance: 0.03 }, { weight: 2, mean: [0.9], covariance: 0.06 }]
const denoiser = mixtureDenoiser({ schedule: tableSchedule(table), components })
const x = await sampleFinal(denoiser, { sampler: ddpm(), times: tableTimes(table, 100, { spacing: 'trailing' }), batch: 300 })
console.log(Math.abs(x.filter((value) => value < 0).length / 300 - 1 / 3) < 0.1) // → true`,
        },
      ],
      figure: ancestralFigure,
    },
    {
      title: 'What a network may predict',
      equations: [
        {
          tex: tex`m = a(t)\, x_0 + b(t)\, \varepsilon \qquad = \live{a} \cdot (\live{x0}) + \live{b} \cdot (\live{noise}) = \live{m}`,
          says: 'State, data and noise are tied, so any combination will do as a target.',
          code: `import { targetOf } from 'tweedie/denoise'
import { cosineSchedule } from 'tweedie/noise'

const m = targetOf('v', cosineSchedule(), 0.3, Float64Array.of(0.7), Float64Array.of(-1.2))
console.log(m[0]!.toFixed(3)) // → -1.387`,
        },
        {
          tex: tex`x_0 = \frac{\sigma_t m - b\, x_t}{a\, \sigma_t - b\, \alpha_t} = \live{back}`,
          says: 'Each converts into the data by solving two linear equations; the denominator is zero where the target says nothing about the data.',
          code: `import { predictionOfSample, sampleOfPrediction } from 'tweedie/denoise'
import { cosineSchedule, jump } from 'tweedie/noise'

const [schedule, x0] = [cosineSchedule(), Float64Array.of(0.7)]
const x = jump(schedule, 0.3, x0, Float64Array.of(-1.2))
const v = predictionOfSample('v', schedule, 0.3, x0, x)
console.log(sampleOfPrediction('v', schedule, 0.3, v, x)[0]!.toFixed(9)) // → 0.700000000`,
        },
      ],
      figure: targetsFigure,
    },
    {
      title: 'Weightings',
      equations: [
        {
          tex: tex`w_{\varepsilon}\, \lVert \hat\varepsilon - \varepsilon \rVert^2 = w_{\varepsilon}\, \mathrm{SNR}\, \lVert \hat x_0 - x_0 \rVert^2: \qquad \live{weight} \cdot \live{snr} = \live{data}`,
          says: 'Targets differ in what their error counts for. A weighting says what each noise level counts for, whatever is predicted.',
          code: `import { lossWeight } from 'tweedie/denoise'
import { vpSchedule } from 'tweedie/noise'

const schedule = vpSchedule()
const t = schedule.timeOfLogSnr(2)
console.log(lossWeight('min-snr', 'epsilon', schedule, t).toFixed(3)) // → 0.677`,
        },
      ],
      figure: weightingsFigure,
    },
    {
      title: 'The variance of a step',
      equations: [
        {
          tex: tex`\tilde\beta = \live{small} \;\le\; \Sigma, \qquad \Sigma = \tilde\beta + \left( \alpha_s \frac{\sigma_{t \mid s}^2}{\sigma_t^2} \right)^2 \mathrm E\, \mathrm{Var}[x_0 \mid x_t] \qquad = \live{best} \;\le\; \beta = \live{large}`,
          says: 'What is missing from β̃ is the spread of the data around its posterior mean, as far as the step passes it on (Analytic-DPM).',
          code: `import { gaussianDenoiser } from 'tweedie/denoise'
import { cosineSchedule } from 'tweedie/noise'
import { analyticDpm, finalVariance, logSnrTimes } from 'tweedie/sample'

const schedule = cosineSchedule()
const gaussian = gaussianDenoiser({ schedule, mean: [0], covariance: 0.1 })
const sampler = analyticDpm({ variance: (t) => gaussian.variance(Float64Array.of(0), t)[0]! })
const times = logSnrTimes(schedule, 10, { from: schedule.timeOfLogSnr(-6), to: schedule.timeOfLogSnr(4), final: 'sigma-min' })
const { variance, exact } = await finalVariance(sampler, schedule, times, 0.1)
console.log(Math.abs(variance - exact) < 1e-9) // → true`,
        },
        {
          tex: tex`\log \Sigma = v \log \beta + (1 - v) \log \tilde\beta = \live{logBest}, \qquad v = \live{v}`,
          says: 'A network with twice the channels can say where between the two the truth lies, element by element.',
        },
      ],
      figure: varianceFigure,
    },
  ],
}
