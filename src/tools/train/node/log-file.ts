/** The log of a run, `log.jsonl`: one JSON object a line, appended as it happens. */
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import * as z from 'zod/mini'
import { onDiskSync, systemError } from '../../../system-error.ts'
import { writeFileAtomic } from '../../../files/io/node/files.ts'
import type { LogLine } from '../loss-window.ts'

const schema: z.ZodMiniType<LogLine> = z.looseObject({
  step: z.int().check(z.minimum(0)),
  epoch: z.number(),
  loss: z.number(),
  gradientNorm: z.number(),
  rate: z.number(),
  lossByNoise: z.array(z.nullable(z.number())),
  heldOut: z.optional(z.number()),
  itemsPerSecond: z.number(),
  seconds: z.number(),
})

/** A log that is open for writing. */
export interface LogFile extends Disposable {
  append(line: LogLine): void
  /** Waits until everything is on the disk. */
  sync(): void
  /** Writes all of it again where its file was removed. */
  restore(): Promise<void>
}

/**
 * Opens a log; lines after a step are dropped, and so is a line that was cut off.
 *
 * @param step the step that training continues from: 0 empties the log
 */
export async function openLog(path: string, step: number): Promise<LogFile> {
  const kept = readLog(path).filter((line) => line.step <= step)
  await writeFileAtomic(path, kept.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const open = (): number => onDiskSync({ path }, () => openSync(path, 'a+'))
  let file = open()
  return {
    async restore() {
      if (existsSync(path)) return
      // what was removed is there as long as it is open
      const content = contentOf(file)
      await writeFileAtomic(path, content)
      closeSync(file)
      file = open()
    },
    append: (line) => void onDiskSync({ path }, () => writeSync(file, `${JSON.stringify(line)}\n`)),
    sync: () => onDiskSync({ path }, () => fsyncSync(file)),
    [Symbol.dispose]: () => closeSync(file),
  }
}

/** The lines of a log; none where there is no file. Invalid lines are left out: a crash may cut one off. */
export function readLog(path: string): LogLine[] {
  return readText(path)
    .split('\n')
    .flatMap((text) => {
      try {
        return text === '' ? [] : (schema.safeParse(JSON.parse(text)).data ?? [])
      } catch {
        return []
      }
    })
}

/** All of an open file, from its beginning. */
function contentOf(file: number): Uint8Array {
  const bytes = new Uint8Array(fstatSync(file).size)
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0))
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw systemError(error, { path, code: 'model', doing: 'read' })
  }
}
