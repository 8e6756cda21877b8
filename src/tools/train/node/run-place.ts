/** The folder of a run while it trains: held for this process, and made again where somebody removed it. */
import { existsSync, readFileSync } from 'node:fs'
import { TweedieError } from '../../../errors.ts'
import { makeFolder, writeFileAtomic } from '../../../files/io/node/files.ts'
import { runPaths } from './run-folder.ts'
import { lockRun } from './run-lock.ts'

/** A folder that is held until it is disposed. */
export interface RunPlace extends Disposable {
  /**
   * Makes sure that the folder is there and this run's, before something is written: what was trained is not lost with a folder that was
   * removed by mistake.
   *
   * @returns whether it had to be made again
   * @throws TweedieError `exists` where another run lies there by now; `usage` or `system` where nothing can be written
   */
  restore(): Promise<boolean>
}

/**
 * Takes the folder of a run for this process.
 *
 * @throws TweedieError `exists` where another process has it
 */
export function holdRun(folder: string): RunPlace {
  const { record } = runPaths(folder)
  let lock = lockRun(folder)
  const known = contentOf(record)
  return {
    async restore() {
      const isWhole = known === undefined || existsSync(record)
      if (isWhole && lock.isHeld()) return false
      await makeFolder(folder)
      if (!lock.isHeld()) {
        const again = lockRun(folder)
        lock.release()
        lock = again
      }
      const found = contentOf(record)
      if (found !== undefined && known !== undefined && !found.equals(known)) {
        throw new TweedieError(
          'exists',
          `${folder}: was removed while this run trained, and another run lies there now`,
          {
            hint: 'what this run had saved was removed with it: train again into another folder',
          },
        )
      }
      if (known !== undefined && found === undefined) await writeFileAtomic(record, known)
      return !isWhole
    },
    [Symbol.dispose]: () => lock.release(),
  }
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
