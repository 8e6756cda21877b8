/** Pauses between runs: a run holds its thread, and messages to a worker (a wish to stop) arrive only between two tasks. */

/** Resolves at once, or, if the last pause was long ago, after everything that waits for this thread. */
export type Breath = () => Promise<void>

/** @param every milliseconds between pauses */
export function breathing(every: number): Breath {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < every) return
    await nextTask()
    last = performance.now()
  }
}

/** A task of its own, behind those that wait: sooner than a timer, which browsers stretch to 4 ms. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(null)
  })
}
