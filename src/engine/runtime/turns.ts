/** Tasks that must not overlap, each begun when the one before has ended. */

/** Runs a task when its turn comes; a failed task does not block the next one. */
export type Turn = <T>(task: () => Promise<T>) => Promise<T>

/**
 * A queue of its own. A task that finds it empty begins at once.
 *
 * @example
 * const turn = oneAtATime()
 * await Promise.all([turn(() => write('a')), turn(() => write('b'))]) // b is written after a
 */
export function oneAtATime(): Turn {
  let last: Promise<void> | undefined
  return (task) => {
    const mine = last === undefined ? task() : last.then(task)
    const ended = mine.then(ignore, ignore).then(() => {
      if (last === ended) last = undefined
    })
    last = ended
    return mine
  }
}

const ignore = (): void => {}
