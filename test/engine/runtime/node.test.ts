import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { describeRuntime, nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { DeviceReport } from '../../../src/engine/runtime/node/index.ts'
import { linear, relu } from './models.ts'

afterEach(() => vi.unstubAllEnvs())

describe('nodeEngine', () => {
  test('takes the preference, and the environment over it', async () => {
    expect((await nodeEngine({ prefer: 'capi' })).name).toBe('capi')
    expect((await nodeEngine({ prefer: 'binding' })).name).toBe('binding')
    vi.stubEnv('TWEEDIE_ENGINE', 'binding')
    expect((await nodeEngine({ prefer: 'capi' })).name).toBe('binding')
    vi.stubEnv('TWEEDIE_ENGINE', 'nonsense')
    await expect(nodeEngine()).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('nonsense') })
  })

  test('leaves other devices to the addon', async () => {
    const engine = await nodeEngine({ prefer: 'auto' })
    using session = await engine.createSession(relu)
    expect([session.engine, session.device]).toEqual([engine.name, 'cpu'])
    await expect(engine.createSession(relu, { device: 'nonsense' })).rejects.toThrow('no available backend')
  })

  test.each(['capi', 'binding'] as const)('%s computes with CUDA, or says what it lacks', async (name) => {
    const engine = await nodeEngine({ prefer: name })
    const made = engine.createSession(relu, { device: 'cuda' }).then(
      (session) => {
        using open = session
        return { code: 'made', hint: open.device }
      },
      (error: unknown) => error,
    )
    const { code, hint } = (await made) as { readonly code: string; readonly hint: string }
    expect(['made', 'device']).toContain(code)
    expect(hint).toMatch(code === 'made' ? /^cuda$/ : /onnxruntime_providers_cuda.*TWEEDIE_ONNXRUNTIME/)
  })

  test('falls back to the addon where koffi does not load', () => {
    const { status, stdout } = script(`
      import { register } from 'node:module'
      register('data:text/javascript,' + encodeURIComponent(
        \`export const resolve = (name, context, next) => {
           if (name === 'koffi') throw new Error('no koffi today')
           return next(name, context)
         }\`))
      const { describeRuntime, nodeEngine } = await import('./src/engine/runtime/node/index.ts')
      const { engine, problem, devices } = await describeRuntime()
      console.log(engine, devices[0].available, problem.includes('no koffi today'))
      console.log(await nodeEngine({ prefer: 'capi' }).catch(({ code, hint }) => code + ': ' + hint))
    `)
    expect(stdout).toBe(
      'binding true true\ndevice: npm install koffi, or use the engine that does without: TWEEDIE_ENGINE=binding\n',
    )
    expect(status).toBe(0)
  })

  test('importing it loads neither the addon nor koffi', () => {
    const { stdout } = script(`
      await import('./src/engine/runtime/node/index.ts')
      console.log(process.report.getReport().sharedObjects.filter((path) => /koffi|onnxruntime/.test(path)).length)
    `)
    expect(stdout).toBe('0\n')
  })
})

describe('webgpu', () => {
  test.each(['capi', 'binding'] as const)('%s runs on an adapter, or says that there is none', async (name) => {
    const engine = await nodeEngine({ prefer: name })
    const [, { available }] = (await describeRuntime()).devices as [DeviceReport, DeviceReport]
    using session = await engine.createSession(linear, { device: 'auto' })
    expect(session.device).toBe(available ? 'webgpu' : 'cpu')
    const sum = () => ({ dtype: 'float32' as const, shape: [3], data: new Float32Array(3) })
    const inputs = {
      x: { dtype: 'float32' as const, shape: [1, 2], data: Float32Array.of(1, 1) },
      w: { dtype: 'float32' as const, shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    }
    const results = [sum(), sum(), sum()]
    await Promise.all(results.map((result) => session.run(inputs, { sum: result })))
    expect(results.map(({ data }) => [...data])).toEqual(results.map(() => [15, 27, 39]))
    if (available) return
    await expect(engine.createSession(linear, { device: 'webgpu' })).rejects.toMatchObject({ code: 'device' })
  })
})

describe('describeRuntime', () => {
  test('knows versions, threads and at least the CPU', async () => {
    const report = await describeRuntime()
    expect(report).toMatchObject({ node: process.versions.node, onnxruntime: expect.stringMatching(/^\d+\.\d+\.\d+/) })
    expect(report.threads).toBeGreaterThan(0)
    expect(report.devices[0]).toEqual({ device: 'cpu', available: true })
    const webgpu = report.devices[1]!
    expect(webgpu.device).toBe('webgpu')
    expect(webgpu.available || webgpu.reason).toBeTruthy()
  })
})

function script(code: string): { status: number | null; stdout: string } {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', code]
  return spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, TWEEDIE_ENGINE: '' } })
}
