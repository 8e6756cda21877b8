/** What a page does in the tests of WebGPU. */
import { createTrainer } from '../../src/app/train.ts'
import { isTweedieError } from '../../src/errors.ts'
import { add, input } from '../../src/engine/graph/index.ts'
import { compileResident } from '../../src/engine/runtime/resident-program.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { webEngine } from '../../src/engine/runtime/web/index.ts'
import type { OrtModule } from '../../src/engine/runtime/web/index.ts'
import { countTraffic } from './gpu-traffic.ts'
import { smallTraining, type SmallTraining } from './training.ts'

const traffic = countTraffic()

const inPage = {
  /** Losses and the state, the traffic of the last step and of bringing the state back. */
  async trained(what: SmallTraining, steps: number, resident?: boolean) {
    using engine = await webEngine({ assets: '/ort/', device: 'webgpu' })
    const { spec, dataset } = smallTraining(what, steps)
    using trainer = await createTrainer(spec, dataset, engine, { resident })
    const losses: number[] = []
    let step = traffic.take()
    for (let i = 0; i < steps; i++) {
      traffic.take()
      losses.push((await trainer.step(steps)).loss)
      step = traffic.take()
    }
    await trainer.bringBack()
    const { params, average } = trainer.state
    return {
      losses,
      resident: trainer.resident,
      device: trainer.session.device,
      parameters: trainer.layout.size,
      traffic: { step, back: traffic.take() },
      params: [...params],
      average: [...average],
    }
  },

  /** What happens when the device is lost between two steps: errors; and, once nothing holds the old device, a new one. */
  async losing() {
    const url = '/ort/ort.webgpu.min.mjs'
    const ort = (await import(url)) as OrtModule & { env: { webgpu: { device: Promise<{ destroy(): void }> } } }
    using engine = await webEngine({ assets: '/ort/', device: 'webgpu', ort })
    using sum = (await running(engine))!
    await sum.step({ by: Float32Array.of(1) }, {})
    const before = await sum.state()
    const device = await ort.env.webgpu.device
    const inFlight = sum.step({ by: new Float32Array(1) }, {})
    device.destroy()
    const tasks = [
      () => inFlight,
      () => sum.step({ by: new Float32Array(1) }, {}),
      () => sum.state(),
      () => running(engine),
    ]
    const errors = []
    for (const task of tasks) errors.push(await task().then(() => 'nothing', facts))
    sum.dispose()
    using again = (await running(engine))!
    await again.step({ by: Float32Array.of(2) }, {})
    return { before: [...before['x']!], errors, after: [...(await again.state())['x']!] }
  },
}

/** x ← x + by */
function running(engine: Engine) {
  const x = input('x', [2])
  return compileResident({ next: add(x, input('by', [])) }, engine, {
    carry: { next: 'x' },
    initial: () => ({ x: Float32Array.of(1, 2) }),
  })
}

function facts(error: unknown) {
  return isTweedieError(error) ? { code: error.code, message: error.message, hint: error.hint } : String(error)
}

/** The functions of the page. */
export type InPage = typeof inPage

Object.assign(globalThis, { inPage })
