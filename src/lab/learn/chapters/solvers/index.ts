/** Solvers: tables of coefficients, exponential integrators, orders. */
import type { Chapter } from '../../chapter.ts'
import { karrasFigure } from './karras.ts'
import { momentsFigure } from './moments.ts'
import { noiseFigure } from './noise.ts'
import { orderFigure } from './order.ts'
import { pathsFigure } from './paths.ts'
import { tableFigure } from './table.ts'

const tex = String.raw

export const chapter: Chapter = {
  name: 'solvers',
  title: 'Solvers',
  lead: 'A sampler walks down a list of times and asks the denoiser on the way. The good ones ask ten times, the first one asked a thousand. What is between them is numerical analysis of one equation.',
  sections: [
    {
      title: 'A sampler is a table of numbers',
      equations: [
        {
          tex: tex`x_s = a\, x_t + \sum_k b_k m_{-k} + \sum_j c_j z_j \qquad = \live{a}\, x_t + \live{b0}\, m_0 + (\live{b1})\, m_{-1} \qquad + (\live{b2})\, m_{-2} + \live{c}\, z`,
          says: 'Nearly every sampler is linear in the state, in what the denoiser said, and in fresh noise. The weights depend on schedule and times, never on the data.',
          code: `import { cosineSchedule } from 'tweedie/noise'
import { ddim, dpmSolver, uniformTimes } from 'tweedie/sample'

const times = uniformTimes(4, { from: 0.9, to: 0.1 })
const show = (sampler: ReturnType<typeof ddim>) => {
  const { stages } = sampler.plan(cosineSchedule(), times).steps[1]!
  console.log(sampler.name, stages.map(({ x, history }) => [x, ...history].map((weight) => weight.toFixed(3)).join(' ')).join(', '))
}
show(ddim()) // → ddim 0.794 0.347
show(dpmSolver({ lowerOrderFinal: 'never' })) // → dpm++-2m 0.794 0.447 -0.100`,
        },
      ],
      figure: tableFigure,
    },
    {
      title: 'Exponential integrators',
      equations: [
        {
          tex: tex`x_s = \frac{\sigma_s}{\sigma_t} x_t + \alpha_s \int_0^1 h e^{-h(1 - u)}\, \hat x_0(u)\, \mathrm d u \qquad \approx \live{linear} + (\live{pull}) = \live{next}, \qquad h = \live{h}`,
          says: 'With half the log-SNR as clock the linear part, stiff near the data, is solved exactly. What is left to approximate is the answer, which changes slowly.',
        },
        {
          tex: tex`M_j = \int_0^1 h e^{-h(1 - u)} u^j\, \mathrm d u: \qquad M_0 = \live{m0}, \; M_1 = \live{m1}, \; M_2 = \live{m2}, \qquad \sum_k w_k u_k^j = M_j`,
          says: 'The weights are those that are exact for powers of u.',
        },
        {
          tex: tex`w = (\live{w0},\; \live{w1},\; \live{w2}), \qquad \text{error } \live{error}`,
          says: 'One answer gives DDIM again. Adams–Bashforth, DEIS, DPM-Solver and UniPC differ in nodes and moments only.',
          code: `import { gaussianDenoiser } from 'tweedie/denoise'
import { cosineSchedule } from 'tweedie/noise'
import { deis, dpmSolver, logSnrTimes, sampleFinal, uniPc } from 'tweedie/sample'

const schedule = cosineSchedule()
const denoiser = gaussianDenoiser({ schedule, mean: [0.4], covariance: 0.2 })
const [from, to] = [schedule.timeOfLogSnr(-6), schedule.timeOfLogSnr(4)]
const x = Float64Array.of(1.3)
const exact = denoiser.flow(x, from, to)[0]!
for (const sampler of [deis(), dpmSolver(), uniPc()]) {
  const found = await sampleFinal(denoiser, { sampler, times: logSnrTimes(schedule, 20, { from, to, final: 'sigma-min' }), x })
  console.log(sampler.name, Math.abs(found[0]! - exact) < 0.01) // → deis-2 true
  // → dpm++-2m true
  // → unipc-2 true
}`,
        },
      ],
      figure: momentsFigure,
    },
    {
      title: 'EDM’s grid',
      equations: [
        {
          tex: tex`\rho_i = \left( \rho_{\max}^{1/\rho} + \tfrac{i}{n-1} (\rho_{\min}^{1/\rho} - \rho_{\max}^{1/\rho}) \right)^{\rho}: \qquad \rho = \live{rho}, \; i = \live{i}, \; n = \live{n}, \qquad \rho_i = \live{formula}`,
          says: 'Most steps go to low noise, where the denoiser changes fast.',
          code: `import { cosineSchedule, noiseLevel } from 'tweedie/noise'
import { karrasTimes } from 'tweedie/sample'

const schedule = cosineSchedule()
const levels = karrasTimes(schedule, 5, { from: 0.99, to: 0.01, final: 'sigma-min' }).map((t) => noiseLevel(schedule, t).toPrecision(2))
console.log(levels.join(' ')) // → 64 22 6.5 1.5 0.22 0.016`,
        },
        {
          tex: tex`\hat\rho = (1 + \gamma) \rho, \qquad \gamma = \live{gamma}`,
          says: 'Churn adds noise before each step and starts from there; it corrects earlier errors as Langevin steps do.',
        },
      ],
      figure: karrasFigure,
    },
    {
      title: 'Noise inside a step',
      equations: [
        {
          tex: tex`\sigma_{\mathrm{up}} = \min\left( \sigma_s,\; \eta\, \sigma_s \sqrt{1 - \sigma_s^2/\sigma_t^2} \right) = \live{up}, \qquad \sigma_{\mathrm{down}} = \sqrt{\sigma_s^2 - \sigma_{\mathrm{up}}^2} = \live{down}`,
          says: 'Ancestral noise steps further down and adds noise up to where one wanted to go. (σ stands for σ/α here.) It works with any rule that forgets the past.',
          code: `import { cosineSchedule } from 'tweedie/noise'
import { finalVariance, heun, logSnrTimes } from 'tweedie/sample'

const schedule = cosineSchedule()
const times = logSnrTimes(schedule, 32, { from: schedule.timeOfLogSnr(-6), to: schedule.timeOfLogSnr(4), final: 'sigma-min' })
const { variance, exact } = await finalVariance(heun({ eta: 1 }), schedule, times, 0.3) // of samples of N(0, 0.3)
console.log(Math.abs(variance / exact - 1) < 0.02) // → true`,
        },
      ],
      figure: noiseFigure,
    },
    {
      title: 'Orders, claimed and measured',
      equations: [
        {
          tex: tex`p = \log_2 \frac{e_{20}}{e_{40}} = \live{order} \;\text{(claimed } \live{claimed}\text{)}, \qquad \live{other} \;\text{(claimed } \live{otherClaimed}\text{)}`,
          says: 'A method of order p divides its error by two to the p when steps are halved. One that does not has a mistake in it, and no picture would show it.',
          code: `import { dpmSolver, measureOrder } from 'tweedie/sample'

const claimed = dpmSolver({ order: 3, lowerOrderFinal: 'never' })
const published = dpmSolver({ order: 3, lowerOrderFinal: 'never', curvature: 'published' })
console.log((await measureOrder(claimed)).order > 2.7, (await measureOrder(published)).order > 2.7) // → true false`,
        },
      ],
      figure: orderFigure,
    },
    {
      title: 'Paths in few steps',
      equations: [
        {
          tex: tex`\lVert x - x^* \rVert \le \live{error}, \qquad \text{evaluations: } \live{evaluations}`,
          says: 'Order is about many steps. At five or ten the constants decide, and where the flow parts.',
        },
      ],
      figure: pathsFigure,
    },
  ],
}
