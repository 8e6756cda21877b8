/**
 * `tweedie doctor`: versions, engine, devices, threads, the cache. For checking an installation, and for bug reports.
 */
import type { Command } from 'commander'
import type { RuntimeReport } from '../engine/runtime/node/index.ts'
import { command, print, printJson, table, version } from './common.ts'
import type { CommonOptions } from './common.ts'

/** The command. */
export function doctorCommand(): Command {
  const doctor = command('doctor', 'show versions, engine, devices and threads', {
    examples: [['tweedie doctor --json', 'to paste into a bug report']],
  })
  return doctor.action(async ({ json }: CommonOptions) => {
    const [{ describeRuntime }, { measurePrepared }, { allowedMemory }] = await Promise.all([
      import('../engine/runtime/node/index.ts'),
      import('../files/data/node/prepared/measure-prepared.ts'),
      import('../files/data/node/prepared/allowed-memory.ts'),
    ])
    const [prepared, memory] = [measurePrepared(), allowedMemory()]
    const { arch, platform } = process
    const runtime = await describeRuntime()
    if (json) printJson({ tweedie: version, platform, arch, ...runtime, memory, prepared })
    else {
      print(
        table([
          ['tweedie', version],
          ['node', `${runtime.node} (${platform} ${arch})`],
          ['onnxruntime', runtime.onnxruntime ?? 'not found'],
          ['engine', runtime.engine ?? 'none'],
          ['problem', runtime.problem],
          ['threads', String(runtime.threads)],
          ['memory', `${(memory / 1e9).toFixed(1)} GB that this process may use`],
          ['cache', cacheLine(runtime.cache)],
          [
            'data',
            prepared &&
              `${prepared.folder} (${(prepared.bytes / 1e6).toFixed(1)} MB in ${prepared.copies} prepared copies)`,
          ],
          ['unused', otherLine(runtime.otherPlatforms)],
          ...runtime.devices.map(
            ({ device, available, reason = '' }) => [device, available ? 'works' : `no: ${indented(reason)}`] as const,
          ),
        ]),
      )
    }
    if (!runtime.devices.some(({ available }) => available)) process.exitCode = 4
  })
}

function cacheLine(cache: RuntimeReport['cache']): string {
  if (cache === undefined) return 'off'
  return `${cache.folder} (${(cache.bytes / 1e6).toFixed(1)} MB in ${cache.files} file${cache.files === 1 ? '' : 's'})`
}

function otherLine(others: RuntimeReport['otherPlatforms']): string | undefined {
  if (others === undefined) return undefined
  const list = others.folders.map((folder) => `\n${folder}`).join('')
  return indented(
    `${(others.bytes / 1e6).toFixed(0)} MB of ONNX Runtime for other systems, which may be deleted:${list}`,
  )
}

/** The whole of a message, each line indented. */
function indented(text: string): string {
  return text.trim().replaceAll(/\n\s*/g, `\n${' '.repeat(6)}`)
}
