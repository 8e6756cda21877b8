/** What a page does in the tests of WebGPU. */
import { createTrainer } from '../../src/app/train.ts'
import { isTweedieError } from '../../src/errors.ts'
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

  /** What happens when the device is lost between two steps, and what can be done then. */
  async losing() {
    const url = '/ort/ort.webgpu.min.mjs'
    const ort = (await import(url)) as OrtModule & { env: { webgpu: { device: Promise<{ destroy(): void }> } } }
    const { spec, dataset } = smallTraining('points', 9)
    using engine = await webEngine({ assets: '/ort/', device: 'webgpu', ort })
    using trainer = await createTrainer(spec, dataset, engine)
    await trainer.step(9)
    await trainer.bringBack()
    const kept = trainer.state.params.slice()
    await trainer.step(9)
    const device = await ort.env.webgpu.device
    device.destroy()
    const errors = []
    for (const task of [() => trainer.step(9), () => trainer.bringBack(), () => trainer.step(9)]) {
      const error: unknown = await task().then(
        () => 'nothing',
        (reason: unknown) => reason,
      )
      errors.push(
        isTweedieError(error) ? { code: error.code, message: error.message, hint: error.hint } : String(error),
      )
    }
    const again = async (): Promise<unknown> => {
      using next = await webEngine({ assets: '/ort/', device: 'webgpu', ort })
      const made = await createTrainer(spec, dataset, next)
      const { loss } = await made.step(9)
      made.dispose()
      return loss
    }
    const made: unknown[] = [await again().catch(String)]
    trainer.dispose()
    await new Promise((r) => setTimeout(r, 500))
    made.push(await again().catch(String))
    using cpu = await webEngine({ assets: '/ort/', device: 'cpu' })
    using onCpu = await createTrainer(spec, dataset, cpu)
    return {
      errors,
      step: trainer.state.step,
      same: trainer.state.params.every((each, i) => each === kept[i]),
      made,
      loss: (await onCpu.step(9)).loss,
    }
  },
}

/** The functions of the page. */
export type InPage = typeof inPage

Object.assign(globalThis, { inPage })
