import { expect, it } from 'vitest'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import { rectifiedFlow } from '../../../src/diffusion/noise/flow.ts'
import { forwardSde } from '../../../src/diffusion/noise/forward-sde.ts'
import { edmSchedule, veSchedule } from '../../../src/diffusion/noise/ve.ts'
import { subVpSchedule, vpSchedule } from '../../../src/diffusion/noise/vp.ts'

/** The response to the start (item 0) and to each noise: its squares sum to the variance, so no sampling is needed. */
function law(schedule: ReturnType<typeof vpSchedule>, steps: number, end: number) {
  const times = Array.from({ length: steps + 1 }, (_, k) => (k / steps) * end)
  const x = new Float64Array(steps + 1)
  x[0] = 1
  let drawn = 0
  for (const _ of forwardSde(schedule, times, x, (z) => void (z.fill(0)[++drawn] = 1))) void _
  return { mean: x[0]!, variance: x.slice(1).reduce((sum, value) => sum + value * value, 0) }
}

it.each(
  [vpSchedule(), subVpSchedule(), veSchedule(), edmSchedule(), cosineSchedule(), rectifiedFlow()].map(
    (s) => [s.name, s] as const,
  ),
)('%s: the marginals tend to the kernel as steps shrink', (_, schedule) => {
  const end = 0.7
  const scale = schedule.alpha(end) / schedule.alpha(0)
  const variance = schedule.sigma(end) ** 2 - (scale * schedule.sigma(0)) ** 2
  const error = (steps: number) => {
    const found = law(schedule, steps, end)
    return Math.abs(found.mean - scale) + Math.abs(found.variance / variance - 1)
  }
  expect(error(2000)).toBeLessThan(5e-3)
  expect(error(2000)).toBeLessThan(0.6 * error(1000) + 1e-9)
})
