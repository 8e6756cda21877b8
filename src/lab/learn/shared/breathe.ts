/** Long computations that let others run in between. */

/** Gives the event loop a turn if the last one is more than `every` milliseconds ago; results do not depend on it. */
export function breather(every = 12): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < every) return
    await new Promise<void>((resolve) => setTimeout(resolve, 0))
    last = performance.now()
  }
}
