/** Few steps: jumps along the probability flow, what they are learned from, and how they sample. */
import type { Chapter } from '../../chapter.ts'
import { jump } from './jump.ts'
import { sampling } from './sampling.ts'
import { segments } from './segments.ts'
import { target } from './target.ts'

const { raw } = String

export const chapter: Chapter = {
  name: 'few-steps',
  title: 'Few steps',
  lead: 'A sampler follows the probability flow in small steps, because the posterior mean points the right way only for a moment. A network can learn to point further: straight to where the flow will be.',
  sections: [
    {
      title: 'A jump is a step of DDIM',
      equations: [
        {
          tex: raw`x_s = \frac{\sigma_s}{\sigma_t} x_t + \Big(\alpha_s - \alpha_t \frac{\sigma_s}{\sigma_t}\Big) \hat x`,
          says: 'Any point can be reached by a step of DDIM, with the right mean. So the network stays what it was; only its target changes.',
          code: `import { ddimWeights } from 'tweedie/distil'
import { cosineSchedule } from 'tweedie/noise'

const { state, mean } = ddimWeights(cosineSchedule(), 0.9, 0.3)`,
        },
        {
          tex: raw`\hat x^\star = \sum_j p_j \hat x_j = \live{mean}, \qquad \sum_j p_j = \live{sum}, \qquad x_e = \live{reached} \text{ for } \live{stepped}`,
          says: 'Steps one after the other end where one step does with a weighted mean of their means.',
          code: `import { jumpWeights } from 'tweedie/distil'
import { cosineSchedule } from 'tweedie/noise'

const weights = jumpWeights(cosineSchedule(), [0.9, 0.6, 0.3, 0])
console.log(Math.abs(weights.reduce((sum, p) => sum + p, 0) - 1) < 1e-12) // → true`,
        },
      ],
      figure: jump,
    },
    {
      title: 'From segment to segment',
      equations: [
        {
          tex: raw`f(x_t, t): \ x_t \mapsto x_e, \qquad e = \text{the end of its segment}, \qquad S = \live{steps}: \ W(\mathrm{DDIM}, \text{flow}) = \live{distance}`,
          says: 'With one segment a student jumps to data; with several it has as many places to stop.',
          code: `import { jumpAt } from 'tweedie/distil'
import { rectifiedFlow } from 'tweedie/noise'

const few = { method: 'consistency', steps: 2, grid: { first: 8, last: 8, every: 1 } } as const
const { times, end } = jumpAt(few, rectifiedFlow(), 0.7, 0)
console.log(times.length, end > 0 && end < 1) // → 2 true`,
        },
      ],
      figure: segments,
    },
    {
      title: 'One loss, three methods',
      equations: [
        {
          tex: raw`\hat x^\star = \sum_j p_j \hat x_j + q f^-(z, u), \qquad \live{teacher} \text{ by the teacher}, \qquad \live{data} \text{ by the data}, \qquad \live{exact} \text{ exactly}`,
          says: 'The target is made of the teacher’s steps, and of the student’s own jump from where they end. Without a teacher the data make the step, right on average.',
          code: `import { checkFewSteps, teacherSteps } from 'tweedie/distil'

const few = { method: 'progressive', steps: 4, grid: { first: 16, last: 16, every: 1 } } as const
checkFewSteps(few)
console.log(teacherSteps(few)) // → 4`,
        },
      ],
      figure: target,
    },
    {
      title: 'Sampling',
      equations: [
        {
          tex: raw`x_s = \alpha_s f(x_t, t) + \sigma_s z, \qquad \text{jumps: } \live{steps}, \qquad W = \live{distance}`,
          says: 'A consistency model may stop after one jump, or noise the data that it landed on and jump again.',
          code: `import { gaussianDenoiser } from 'tweedie/denoise'
import { cosineSchedule } from 'tweedie/noise'
import { consistency, sampleFinal } from 'tweedie/sample'

const schedule = cosineSchedule()
const gaussian = gaussianDenoiser({ schedule, mean: [0.5], covariance: 0.09 })
const jumps = { schedule, shape: [1], denoise: async (x: Float32Array | Float64Array, t: number) => gaussian.flow(x, t, 0) }
const x = await sampleFinal(jumps, { sampler: consistency(), times: [1, 0.5, 0], batch: 4 })`,
        },
      ],
      figure: sampling,
    },
  ],
}
