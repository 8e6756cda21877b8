/** The forward process: kernel, posterior, schedules, and the equation of small steps. */
import type { Chapter } from '../../chapter.ts'
import { jumpFigure } from './jump.ts'
import { posteriorFigure } from './posterior.ts'
import { schedulesFigure } from './schedules.ts'
import { smallStepsFigure } from './small-steps.ts'
import { stepsFigure } from './steps.ts'
import { tableFigure } from './table.ts'

const tex = String.raw

export const chapter: Chapter = {
  name: 'forward-process',
  title: 'The forward process',
  lead: 'Data are covered with noise, a little at a time, until nothing of them is left. No part of this is learnt. What makes it useful is that every conditional distribution is Gaussian and known.',
  sections: [
    {
      title: 'One jump to any time',
      equations: [
        {
          tex: tex`x_t = \alpha_t x_0 + \sigma_t \varepsilon = \live{alpha}\, x_0 + \live{sigma}\, \varepsilon, \qquad \varepsilon \sim \mathcal N(0, I)`,
          says: 'One jump covers data with any amount of noise; this is what makes training cheap.',
          code: `import { cosineSchedule, jump } from 'tweedie/noise'
import { key, normal } from 'tweedie/random'

const x0 = Float64Array.of(1.2, -0.4)
const noise = normal(key('noise'), new Float64Array(2))
const x = jump(cosineSchedule(), 0.25, x0, noise) // α x₀ + σ ε`,
        },
        {
          tex: tex`\mathrm E\, x_t^2 = \alpha_t^2\, \mathrm E\, x_0^2 + \sigma_t^2 = \live{promised}`,
          says: 'Signal and noise are independent, so their mean squares add.',
        },
      ],
      figure: jumpFigure,
    },
    {
      title: 'One step, many steps',
      equations: [
        {
          tex: tex`q(x_t \mid x_{t-1}) = \mathcal N(x_t; \sqrt{1 - \beta_t}\, x_{t-1}, \beta_t I), \qquad \bar\alpha_t = \prod_{s \le t} (1 - \beta_s) = \live{alphaBar}`,
          says: 'A step keeps most of the state and adds a little noise. Steps in a row depend on the data through one number.',
          code: `import { namedTable } from 'tweedie/noise'

const table = namedTable('linear')
const product = table.betas.reduce((all, beta) => all * (1 - beta), 1)
console.log(Math.abs(product - table.alphaBar[999]!) < 1e-15) // → true`,
        },
        {
          tex: tex`q(x_t \mid x_0) = \mathcal N(x_t; \sqrt{\bar\alpha_t}\, x_0, (1 - \bar\alpha_t) I) \qquad = \mathcal N(x_t; \live{mean}, \live{variance})`,
          says: 'The law of any number of steps is one Gaussian: the histogram is that of the walkers, the curve is the jump.',
          code: `import { forwardStep, vpSchedule } from 'tweedie/noise'
import { key, normal } from 'tweedie/random'

const noise = normal(key(1), new Float64Array(1))
const x = forwardStep(vpSchedule(), 0.25, 0.5, Float64Array.of(1.5), noise) // from s = 0.25 to t = 0.5`,
        },
      ],
      figure: stepsFigure,
    },
    {
      title: 'The way back when the data is known',
      equations: [
        {
          tex: tex`\alpha_{t \mid s} = \frac{\alpha_t}{\alpha_s} = \live{scale}, \qquad \sigma_{t \mid s}^2 = \sigma_t^2 - \alpha_{t \mid s}^2 \sigma_s^2 = \live{step}`,
          says: 'What the step from s to t must be, so that a jump to s and this step are a jump to t.',
        },
        {
          tex: tex`\frac1{\tilde\beta} = \frac{\alpha_{t \mid s}^2}{\sigma_{t \mid s}^2} + \frac1{\sigma_s^2} = \live{seen} + \live{known} = \live{precision}, \qquad \tilde\beta = \live{variance}`,
          says: 'Two Gaussians are multiplied: their precisions add.',
          code: `import { cosineSchedule, transition } from 'tweedie/noise'

const { scale, variance, posterior } = transition(cosineSchedule(), 0.4, 0.5)
const precision = scale ** 2 / variance + 1 / cosineSchedule().sigma(0.4) ** 2
console.log(Math.abs(1 / precision - posterior.variance) < 1e-12) // → true`,
        },
        {
          tex: tex`\tilde\mu = \frac{\alpha_{t \mid s} \sigma_s^2}{\sigma_t^2} x_t + \frac{\alpha_s \sigma_{t \mid s}^2}{\sigma_t^2} x_0 \qquad = \live{weightX} \cdot (\live{x}) + \live{weightData} \cdot (\live{x0}) = \live{mean}`,
          says: 'The mean weighs the state and the data by their precisions. A sampler puts its guess in the place of x₀.',
          code: `import { cosineSchedule, posteriorStep } from 'tweedie/noise'

const [x, x0, noise] = [Float64Array.of(-0.6), Float64Array.of(1.2), Float64Array.of(0)]
const back = posteriorStep(cosineSchedule(), 0.5, 0.4, x, x0, noise) // a draw of q(x_s | x_t, x₀); without noise its mean`,
        },
      ],
      figure: posteriorFigure,
    },
    {
      title: 'Schedules',
      equations: [
        {
          tex: tex`\alpha_t = \live{alpha}, \qquad \sigma_t = \live{sigma}, \qquad \lambda_t = \log \frac{\alpha_t^2}{\sigma_t^2} = \live{logSnr}`,
          says: 'A schedule is the pair of curves; its log signal-to-noise ratio λ only ever falls.',
          code: `import { cosineSchedule, shifted } from 'tweedie/noise'

const schedule = shifted(cosineSchedule(), 2) // σ/α twice as large at every time
console.log(schedule.alpha(0.5).toFixed(3), schedule.sigma(0.5).toFixed(3), schedule.logSnr(0.5).toFixed(3)) // → 0.447 0.894 -1.386`,
        },
        {
          tex: tex`f = \frac{\mathrm d \log \alpha}{\mathrm d t} = \live{drift}, \qquad g^2 = \frac{\mathrm d \sigma^2}{\mathrm d t} - 2 f \sigma^2 = \live{diffusion}`,
          says: 'Every schedule carries the drift and the diffusion of the equation with the same marginals.',
        },
      ],
      figure: schedulesFigure,
    },
    {
      title: 'Does it end in noise?',
      equations: [
        {
          tex: tex`D_{\mathrm{KL}}(q(x_T \mid x_0) \parallel \mathcal N(0, I)) = \tfrac12 (\alpha_T^2 x_0^2 + \sigma_T^2 - 1 - \log \sigma_T^2) \qquad = \live{kl}\ \text{nats}, \qquad \alpha_T = \live{alphaT}`,
          says: 'What a model that starts from pure noise has to make up. A trace of signal is relied upon: without it a model cannot draw very dark or very bright images.',
          code: `import { namedTable, priorKl, tableSchedule, zeroTerminalSnr } from 'tweedie/noise'

const nats = priorKl(tableSchedule(namedTable('linear')), 1, 0.25)
console.log((nats / Math.LN2).toExponential(1)) // → 7.3e-6
console.log(zeroTerminalSnr(namedTable('linear')).alphaBar[999]) // → 0`,
        },
      ],
      figure: tableFigure,
    },
    {
      title: 'The limit of small steps',
      equations: [
        {
          tex: tex`x_{t + \Delta} \approx x_t + f(t)\, x_t \Delta + g(t) \sqrt\Delta\, z, \qquad \mathrm{Var}\, x = \live{variance} \to \live{exact}`,
          says: 'The Euler–Maruyama step of dx = f x dt + g dw. Its law tends to the kernel’s, at order one.',
          code: `import { forwardSde, vpSchedule } from 'tweedie/noise'
import { fold, key, normal } from 'tweedie/random'
import { uniformTimes } from 'tweedie/sample'

let draw = 0
const noise = (out: Float64Array) => void normal(fold(key('paths'), draw++), out)
for (const { t, x } of forwardSde(vpSchedule(), uniformTimes(12, { from: 0, to: 0.6 }), Float64Array.of(1.5), noise)) {
  if (t === 0.6) console.log(x.length, 'path') // → 1 path
}`,
        },
      ],
      figure: smallStepsFigure,
    },
  ],
}
