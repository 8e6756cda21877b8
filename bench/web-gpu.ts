/**
 * Training on WebGPU in a headless browser, on an adapter made of software: what a step sends and brings back and how many programs it
 * runs, with the state on the device and without, and how far its losses are from the CPU's. Times of such an adapter mean nothing.
 *
 *     npx tsx bench/web-gpu.ts [points|digits] [steps]
 */
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { createTrainer } from '../src/app/train.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { softwareGpu } from '../test/support/chromium.ts'
import { openPage } from '../test/support/page.ts'
import type { InPage } from '../test/web/gpu-page.ts'
import { smallTraining, type SmallTraining } from '../test/web/training.ts'

declare const inPage: InPage

const [wanted, count = '3'] = argv.slice(2)
const kinds: readonly SmallTraining[] = wanted === undefined ? ['points', 'digits'] : [wanted as SmallTraining]
const steps = Number(count)

await using opened = await openPage({
  script: fileURLToPath(new URL('../test/web/gpu-page.ts', import.meta.url)),
  flags: softwareGpu,
})
const furthest = (a: readonly number[], b: ArrayLike<number>): string =>
  Math.max(...a.map((each, i) => Math.abs(each - b[i]!))).toExponential(1)
for (const what of kinds) {
  const { spec, dataset } = smallTraining(what, steps)
  using trainer = await createTrainer(spec, dataset, await nodeEngine())
  const losses: number[] = []
  for (let i = 0; i < steps; i++) losses.push((await trainer.step(steps)).loss)
  for (const resident of [true, false]) {
    const there = await opened.page.evaluate(([kind, many, stays]) => inPage.trained(kind, many, stays), [
      what,
      steps,
      resident,
    ] as const)
    const { step } = there.traffic
    console.log(
      `${what}, ${there.parameters} parameters, batch ${spec.batch}, state ${resident ? 'on the device' : 'here'}: a step sends ${step.up} bytes`,
      `(and ${step.settings} of programs' settings), brings back ${step.down} in ${step.waits} waits, runs ${step.dispatches} programs;`,
      `losses within ${furthest(there.losses, losses)} of the CPU's, parameters ${furthest(there.params, trainer.state.params)}, averages`,
      furthest(there.average, trainer.state.average),
    )
  }
}
