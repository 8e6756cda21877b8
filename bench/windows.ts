/**
 * What is lost when the denoiser of a trajectory is put together from windows, where that is a closed form.
 *
 *     npx tsx bench/windows.ts [--length 65]
 *
 * AR(1) chains of unit variance: the relative root mean square error of the posterior mean over the law of the noisy chain, for windows of 2k + 1 states. Seconds.
 */
import { parseArgs } from 'node:util'
import { differentiableGaussian } from '../src/diffusion/guidance/differentiable.ts'
import { cosineSchedule, timeOfNoiseLevel } from '../src/diffusion/noise/index.ts'
import { chainMoments, composeWindows, linearChain } from '../src/diffusion/trajectory/index.ts'

const { values } = parseArgs({ options: { length: { type: 'string', default: '65' } } })
const L = Number(values.length)
const schedule = cosineSchedule()
const levels = [0.3, 1, 3]
console.log(`| ρ | k | ${levels.join(' | ')} |\n|---|---|${levels.map(() => '---|').join('')}`)
for (const rho of [0.9, 0.99]) {
  const chain = linearChain({ transition: [rho], noise: [1 - rho ** 2] })
  const law = chainMoments(chain, L)
  const exact = differentiableGaussian({ schedule, ...law, shape: [L, 1] })
  for (const k of [1, 4, 16]) {
    const shape = [2 * k + 1, 1]
    const windows = differentiableGaussian({ schedule, ...chainMoments(chain, 2 * k + 1), shape })
    const composed = composeWindows(windows, { length: L, batch: 4096 })
    const cells = levels.map(async (level) => {
      const t = timeOfNoiseLevel(schedule, level)
      const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
      const unit = Float64Array.from({ length: L * L }, (_, at) => (at % (L + 1) === 0 ? 1 : 0))
      const [whole, parts] = [exact.denoise(unit, t), await composed.denoise(unit, t)]
      /** E ‖M x‖² of a linear map, whose columns are what is made of unit vectors. */
      const square = (columns: ArrayLike<number>): number => {
        let sum = 0
        for (let i = 0; i < L; i++) {
          for (let j = 0; j < L; j++) {
            let inner = 0
            for (let n = 0; n < L; n++) inner += columns[i * L + n]! * columns[j * L + n]!
            sum += (alpha ** 2 * law.covariance[i * L + j]! + (i === j ? sigma ** 2 : 0)) * inner
          }
        }
        return sum
      }
      return 100 * Math.sqrt(square(parts.map((value, i) => value - whole[i]!)) / square(whole))
    })
    console.log(
      `| ${rho} | ${k} | ${(await Promise.all(cells)).map((value) => `${value.toPrecision(2)} %`).join(' | ')} |`,
    )
  }
}
