/** Guidance: by a classifier, without one, and what the scale means. */
import type { Chapter } from '../../chapter.ts'
import { bayesFigure } from './bayes.ts'
import { formsFigure } from './forms.ts'
import { guidedFigure } from './guided.ts'
import { intervalFigure } from './interval.ts'
import { tiltedFigure } from './tilted.ts'

const tex = String.raw

export const chapter: Chapter = {
  name: 'guidance',
  title: 'Guidance',
  lead: 'A model of p(x) is to draw from p(x | y), and perhaps to overdo it a little. A condition is a term added to the score, at sampling time.',
  sections: [
    {
      title: 'Bayes’ rule for scores',
      equations: [
        {
          tex: tex`\nabla \log p(x_t \mid y) = \nabla \log p(x_t) + \nabla \log p(y \mid x_t): \qquad \live{posteriorX} = \live{priorX} + (\live{classifierX}), \qquad \live{posteriorY} = \live{priorY} + (\live{classifierY})`,
          says: 'The normaliser of Bayes’ rule does not depend on x, so the scores simply add.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { classifierGuided } from 'tweedie/guidance'
import { cosineSchedule } from 'tweedie/noise'

const schedule = cosineSchedule()
const components = [{ mean: [-1], covariance: 0.1 }, { mean: [1], covariance: 0.2 }]
const everything = mixtureDenoiser({ schedule, components })
const one = mixtureDenoiser({ schedule, components: [components[1]!] })
const logClassifier = (x: number, t: number) =>
  one.logDensity(Float64Array.of(x), t)[0]! + Math.log(0.5) - everything.logDensity(Float64Array.of(x), t)[0]!
const gradient = (x: ArrayLike<number>, t: number) =>
  Float64Array.from(x, (at) => (logClassifier(at + 1e-5, t) - logClassifier(at - 1e-5, t)) / 2e-5)
const x = Float64Array.of(0.1)
const guided = await classifierGuided(everything, gradient).denoise(x, 0.5)
console.log(Math.abs(guided[0]! - one.denoise(x, 0.5)[0]!) < 1e-6) // → true`,
        },
      ],
      figure: bayesFigure,
    },
    {
      title: 'Towards one class',
      equations: [
        {
          tex: tex`\bar\varepsilon = \hat\varepsilon - s\, \sigma_t \nabla \log c(y \mid x_t, t) \quad \text{(by a classifier)}`,
          says: 'Train a classifier on noisy data and use its gradient, with a strength s.',
        },
        {
          tex: tex`\bar\varepsilon = (1 + w)\, \hat\varepsilon(x_t, y) - w\, \hat\varepsilon(x_t) \quad \text{(without one)}, \qquad w = \live{w}: \quad \bar\varepsilon = \live{combined} \;\text{ from }\; \live{conditional},\, \live{unconditional}`,
          says: 'Train the model with and without the condition; the difference of the two is the classifier that they imply. (The numbers are the second coordinate at one place and time.)',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { guidedAway } from 'tweedie/guidance'
import { cosineSchedule } from 'tweedie/noise'
import { heun, karrasTimes, sampleFinal } from 'tweedie/sample'

const schedule = cosineSchedule()
const classes = [{ mean: [0, 1], covariance: [0.25, 0.1] }, { mean: [-1.1, -0.6], covariance: 0.18 }, { mean: [1.1, -0.6], covariance: 0.18 }]
const everything = mixtureDenoiser({ schedule, components: classes })
const one = mixtureDenoiser({ schedule, components: [classes[0]!] })
const guided = guidedAway(one, everything, { scale: 3 }) // the same as { w: 2 }
const x = await sampleFinal(guided, { sampler: heun(), times: karrasTimes(schedule, 16), batch: 100, seed: 1 })
console.log(x.length) // → 200`,
        },
      ],
      figure: guidedFigure,
    },
    {
      title: 'A classifier, in two forms',
      equations: [
        {
          tex: tex`\bar x_0 = \hat x_0 + s\, \frac{\sigma_t^2}{\alpha_t} \nabla \log c(y \mid x_t, t), \qquad \mathrm E\, x_s = \live{guided}`,
          says: 'By Tweedie’s formula a term of the score is one of the posterior mean: this form works with every sampler.',
        },
        {
          tex: tex`x_s \sim \mathcal N(\mu + s\, \Sigma\, \nabla \log c, \Sigma), \qquad \mathrm E\, x_s = \live{shifted}`,
          says: 'For ancestral sampling there is a second form, from a first-order expansion of log c. To first order in the step they are the same.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { classifierAncestral, classifierGuided } from 'tweedie/guidance'
import { cosineSchedule } from 'tweedie/noise'
import { ddpm, noNoise, sampleFinal } from 'tweedie/sample'

const denoiser = mixtureDenoiser({ schedule: cosineSchedule(), components: [{ mean: [0], covariance: 0.3 }] })
const gradient = (x: ArrayLike<number>) => Float64Array.from(x, () => 1) // of a classifier that says e^x
const options = { times: [0.5, 0.49], x: Float64Array.of(0.2), noise: noNoise }
const guided = await sampleFinal(classifierGuided(denoiser, gradient, { scale: 3 }), { sampler: ddpm(), ...options })
const shifted = await sampleFinal(denoiser, { sampler: classifierAncestral(gradient, { scale: 3 }), ...options })
console.log(Math.abs(guided[0]! - shifted[0]!) < 0.01) // → true`,
        },
      ],
      figure: formsFigure,
    },
    {
      title: 'What the scale draws from',
      equations: [
        {
          tex: tex`\mathrm{scale} = 1 + w = \live{scale}, \qquad \text{nearly } p(x)^{1 - \mathrm{scale}}\, p(x \mid y)^{\mathrm{scale}}`,
          says: 'Here, in diffusers and in A1111 no guidance is scale 1; the paper calls that w = 0.',
        },
        {
          tex: tex`\mathrm E_{\text{samples}}\, x = \live{mean}, \qquad \mathrm E_{\text{tilted}}\, x = \live{tilted}, \qquad \mathrm E[x \mid y] = \live{conditional}`,
          says: '“Nearly”, because the guided scores at different times are not those of the noisy versions of any one density: samples end up farther out.',
        },
      ],
      figure: tiltedFigure,
    },
    {
      title: 'Remedies',
      equations: [
        {
          tex: tex`D = D_{\varnothing} + \mathrm{scale} \cdot (D_y - D_{\varnothing}) \quad \text{for } \live{from} \le t \le \live{to}, \qquad P(\text{near kind}) = \live{near}`,
          says: 'Guide at middle times only: early on it costs variety, and at the end it does nothing.',
          code: `import { mixtureDenoiser } from 'tweedie/denoise'
import { guidedAway } from 'tweedie/guidance'
import { cosineSchedule } from 'tweedie/noise'

const schedule = cosineSchedule()
const components = [{ mean: [-0.75], covariance: 0.3 }, { mean: [0.75], covariance: 0.3 }]
const [everything, one] = [mixtureDenoiser({ schedule, components }), mixtureDenoiser({ schedule, components: [components[1]!] })]
const guided = guidedAway(one, everything, { scale: 4, interval: [0.2, 0.6] })
const x = Float64Array.of(0.1)
console.log((await guided.denoise(x, 0.8))[0] === one.denoise(x, 0.8)[0]) // → true`,
        },
      ],
      figure: intervalFigure,
    },
  ],
}
