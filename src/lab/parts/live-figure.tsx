/** A live figure: its controls, what it shows, its caption, and how it is played and saved. */
import { type Signal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { palettes } from '../draw/colours.ts'
import { stacked, viewScene } from '../draw/words.ts'
import type { AnyValues } from '../learn/address.ts'
import type { Figure, Shown } from '../learn/figure.ts'
import { saidOf } from '../said.ts'
import { text } from '../text.ts'
import { theme } from '../theme.ts'
import { ControlPart } from './controls/control.tsx'
import { CopyButton } from './copy-button.tsx'
import { Note } from './notes.tsx'
import { PlayButton } from './play-button.tsx'
import { savePng, saveSvg } from './save.ts'
import { type Held, Views } from './views.tsx'

export interface LiveFigureProps {
  readonly figure: Figure
  readonly values: Signal<AnyValues>
  /** Told of the figure's numbers, for the equations beside it. */
  onNumbers?(numbers: Shown['numbers']): void
  /** The address of the figure as it is set. */
  link(): string
}

export function LiveFigure({ figure, values, onNumbers, link }: LiveFigureProps) {
  const { id, title, hint, controls } = figure
  const place = useRef<HTMLElement>(null)
  const { shown, problem } = useShown(figure, values, onNumbers, place)
  const set = (name: string, value: unknown): void => {
    values.value = { ...values.value, [name]: value }
  }
  const views = shown?.views ?? []
  // How points are moved is said once.
  const moved = Object.keys(controls).find((name) => controls[name]!.kind === 'points')
  // What is dragged in a plot or painted over a picture stands there and not among the controls.
  const inViews = new Set(
    views.flatMap((view) =>
      view.kind === 'plot' ? (view.handles ?? []) : view.kind === 'pictures' ? (view.drawing ?? []) : [],
    ),
  )
  const held = (name: string): Held | undefined => {
    const control = controls[name]
    if (control?.kind !== 'points' && control?.kind !== 'drawing') return undefined
    return { control, value: values.value[name], change: (value) => set(name, value) }
  }
  const scene = () => {
    const palette = palettes[theme.value]
    return stacked(
      views.map((view) => viewScene(view, 640, palette)),
      palette.background,
    )
  }
  const initial = Object.fromEntries(Object.entries(controls).map(([name, control]) => [name, control.initial]))
  return (
    <figure class="live" id={`figure-${id}`} aria-label={title} ref={place}>
      <header>
        <h3>{title}</h3>
        <p class="hint">{hint}</p>
      </header>
      <div class="controls">
        {Object.entries(controls).map(([name, control]) =>
          (inViews.has(name) && control.kind === 'drawing') || (control.kind === 'points' && name !== moved) ? null : (
            <ControlPart key={name} control={control} value={values.value[name]} change={(value) => set(name, value)} />
          ),
        )}
      </div>
      {problem !== undefined && <Note kind="error">{text.figure.failed(problem)}</Note>}
      {shown === undefined ? (
        problem === undefined && <p class="loading">{text.figure.computing}</p>
      ) : (
        <Views views={views} label={title} held={held} />
      )}
      <figcaption aria-live="polite">{shown?.caption}</figcaption>
      <div class="tools">
        {figure.play !== undefined && (
          <PlayButton
            controls={controls}
            play={figure.play}
            value={values.value[figure.play.control] as number}
            change={set}
          />
        )}
        <button type="button" class="quiet" onClick={() => (values.value = initial)}>
          {text.figure.reset}
        </button>
        <span class="spring" />
        <button type="button" class="quiet" title={text.figure.pictureLong} onClick={() => savePng(id, scene())}>
          {text.figure.picture}
        </button>
        <button type="button" class="quiet" title={text.figure.svgLong} onClick={() => saveSvg(id, scene())}>
          {text.figure.svg}
        </button>
        <CopyButton label={text.figure.link} title={text.figure.linkLong} content={link} />
      </div>
    </figure>
  )
}

/**
 * What the figure shows for its values: computed once a frame at most, one after another, the newest values next. Figures far from what is
 * seen of the page wait until it is scrolled towards them.
 */
function useShown(
  figure: Figure,
  values: Signal<AnyValues>,
  onNumbers: LiveFigureProps['onNumbers'],
  place: RefObject<HTMLElement | null>,
) {
  const state = useSignal<{ readonly shown?: Shown; readonly problem?: string }>({})
  const told = useRef(onNumbers)
  told.current = onNumbers
  useEffect(() => {
    let [busy, stale, over, near, frame] = [false, false, false, false, 0]
    const compute = async (): Promise<void> => {
      ;[busy, stale] = [true, false]
      try {
        const shown = await figure.show(values.peek() as never)
        if (over) return
        state.value = { shown }
        told.current?.(shown.numbers)
      } catch (error) {
        const { shown } = state.peek()
        state.value = { ...(shown ? { shown } : {}), problem: saidOf(error) }
      }
      busy = false
      if (stale && !over) ask()
    }
    const ask = (): void => {
      if (busy) stale = true
      else if (near && frame === 0) {
        frame = requestAnimationFrame(() => {
          frame = 0
          void compute()
        })
      }
    }
    const leave = values.subscribe(ask)
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (near || entry?.isIntersecting !== true) return
        near = true
        ask()
      },
      { rootMargin: '600px' },
    )
    observer.observe(place.current!)
    return () => {
      over = true
      observer.disconnect()
      cancelAnimationFrame(frame)
      leave()
    }
  }, [figure, values])
  return state.value
}
