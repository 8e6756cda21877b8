/// <reference lib="esnext.disposable" preserve="true" />
/** A painter whose code is loaded when it first draws: a page that trains does not wait for it. */
import { drawTogether } from './draw-together.ts'
import type { Makes, Painter } from './family.ts'

/**
 * The painter that `load` makes, called at the first draw.
 *
 * @example
 * can: { draw: (model, setting) => laterPainter(makesOf(model), async () => (await import('./draw.ts')).painter(model, setting)) }
 */
export function laterPainter(makes: Makes, load: () => Promise<Painter>): Painter {
  let loading: Promise<Painter> | undefined
  let made: Painter | undefined
  let closed = false
  const open = async (): Promise<Painter> => {
    // A painter that was disposed of before it drew refuses to draw, in its own words.
    const late = closed
    made = await load()
    if (late) made.dispose()
    return made
  }
  const opened = (): Promise<Painter> => {
    loading ??= open()
    // A failure is not kept: a page may be offline for a while.
    loading.catch(() => (loading = undefined))
    return loading
  }
  const dispose = (): void => {
    closed = true
    if (made) made.dispose()
    else {
      // A draw that waits for the code still ends.
      loading?.then(
        (painter) => painter.dispose(),
        () => {},
      )
    }
  }
  return {
    makes,
    get compilations() {
      return made?.compilations ?? 0
    },
    async draw(options, watch) {
      return (await opened()).draw(options, watch)
    },
    async drawTogether(requests, watch) {
      return drawTogether(await opened(), requests, watch)
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}
