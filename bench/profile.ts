/** Where a program's time goes: a summary of the trace that ONNX Runtime writes (`profile` of the session's options). */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** One line of the trace. */
interface Event {
  readonly cat: string
  readonly name: string
  /** Microseconds. */
  readonly dur: number
  readonly args?: {
    readonly op_name?: string
    readonly output_type_shape?: readonly Record<string, readonly number[]>[]
  }
}

/** Prints the operators of the newest trace whose name begins with `prefix`, and shapes of results, by their share of time. */
export function printProfile(prefix: string, rows = 28): void {
  const folder = dirname(prefix)
  const file = readdirSync(folder)
    .filter((name) => name.startsWith(basename(prefix)) && name.endsWith('.json'))
    .sort()
    .at(-1)
  if (file === undefined) throw new Error(`no trace ${prefix}*.json`)
  const events = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Event[]
  const kernels = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'))
  const runs = events.filter(({ name }) => name === 'model_run').length
  const print = (title: string, keyOf: (event: Event) => string): void => {
    const sums = new Map<string, { ms: number; count: number }>()
    for (const event of kernels) {
      const sum = sums.get(keyOf(event)) ?? { ms: 0, count: 0 }
      sums.set(keyOf(event), { ms: sum.ms + event.dur / 1e3 / runs, count: sum.count + 1 / runs })
    }
    const total = [...sums.values()].reduce((all, { ms }) => all + ms, 0)
    console.log(`${title}: ${total.toFixed(1)} ms a run, ${runs} runs`)
    for (const [name, { ms, count }] of [...sums].sort((a, b) => b[1].ms - a[1].ms).slice(0, rows)) {
      const share = ((100 * ms) / total).toFixed(1)
      console.log(`${ms.toFixed(2).padStart(9)} ms ${share.padStart(5)} % ${count.toFixed(0).padStart(5)} × ${name}`)
    }
  }
  const op = ({ args }: Event): string => args?.op_name ?? '?'
  print('by operator', op)
  print('by operator and shape', (event) => {
    const shapes = event.args?.output_type_shape?.map((each) => `[${Object.values(each)[0]}]`).join(' ')
    return `${op(event)} ${shapes}`
  })
}
