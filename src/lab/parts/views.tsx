/** What a figure shows: plots and pictures on a canvas, texts and tables as themselves. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { drawScene } from '../draw/canvas.ts'
import { palettes } from '../draw/colours.ts'
import { layoutPictures, picturesScene } from '../draw/pictures.ts'
import { frameOf, plotHeight, plotScene } from '../draw/plot.ts'
import type { Scene } from '../draw/scene.ts'
import { numberText } from '../draw/ticks.ts'
import type { Drawing, Pictures, Plot, Point, Points, Table, Tokens, View } from '../learn/figure.ts'
import { theme } from '../theme.ts'
import { DrawingOver } from './controls/drawing.tsx'
import { Handles } from './controls/handles.tsx'
import { useWidth } from './width.ts'

/** A control of which a view moves the value: points in a plot, a drawing over a picture. */
export interface Held {
  readonly control: Points | Drawing
  readonly value: unknown
  change(value: unknown): void
}

export interface ViewsProps {
  readonly views: readonly View[]
  /** Said of pictures that have no title. */
  readonly label: string
  held?(name: string): Held | undefined
}

/** Views side by side where there is room. */
export function Views({ views, label, held }: ViewsProps) {
  return (
    <div class={`views count-${Math.min(views.length, 4)}`}>
      {views.map((view, i) => (
        <OneView key={i} view={view} label={label} {...(held ? { held } : {})} />
      ))}
    </div>
  )
}

/** One view. */
export function OneView({
  view,
  label,
  held,
}: {
  readonly view: View
  readonly label: string
  readonly held?: ViewsProps['held']
}) {
  switch (view.kind) {
    case 'plot':
      return <PlotView plot={view} label={label} held={view.handles === undefined ? undefined : held?.(view.handles)} />
    case 'pictures':
      return (
        <PicturesView
          pictures={view}
          label={label}
          held={view.drawing === undefined ? undefined : held?.(view.drawing)}
        />
      )
    case 'tokens':
      return <TokensView tokens={view} />
    case 'table':
      return <TableView table={view} />
  }
}

function PlotView({
  plot,
  label,
  held,
}: {
  readonly plot: Plot
  readonly label: string
  readonly held: Held | undefined
}) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const palette = palettes[theme.value]
  const height = width === 0 ? 0 : plotHeight(plot, width)
  const named = plot.title ?? [label, plot.y.label, plot.x.label].filter(Boolean).join(', ')
  return (
    <div class="view" ref={ref}>
      {width > 0 && (
        <>
          <Canvas scene={plotScene(plot, width, height, palette)} label={named} />
          {held?.control.kind === 'points' && (
            <Handles
              label={held.control.label}
              plot={plot}
              frame={frameOf(plot, width, height)}
              points={held.value as readonly Point[]}
              change={held.change}
            />
          )}
        </>
      )}
    </div>
  )
}

function PicturesView({
  pictures,
  label,
  held,
}: {
  readonly pictures: Pictures
  readonly label: string
  readonly held: Held | undefined
}) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const layout = width === 0 ? undefined : layoutPictures(pictures, width)
  const labels = pictures.items.flatMap((item) => item.label ?? [])
  const named = [pictures.title ?? label, ...labels].join(', ')
  return (
    <div class="view" ref={ref}>
      {layout !== undefined && (
        <>
          <Canvas scene={picturesScene(pictures, width, palettes[theme.value])} label={named} />
          {held?.control.kind === 'drawing' && pictures.items[0] !== undefined && (
            <DrawingOver
              control={held.control}
              cells={held.value as readonly number[]}
              change={held.change}
              box={{
                left: layout.corners[0]![0],
                top: layout.corners[0]![1],
                width: pictures.items[0].shape[2] * layout.scale,
                height: pictures.items[0].shape[1] * layout.scale,
              }}
            />
          )}
        </>
      )}
    </div>
  )
}

/** A scene on a canvas. */
export function Canvas({ scene, label }: { readonly scene: Scene; readonly label: string }): ComponentChildren {
  const ref = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    if (ref.current !== null) drawScene(ref.current, scene)
  })
  return (
    <canvas
      ref={ref}
      role="img"
      aria-label={label}
      style={{ width: `${scene.width}px`, height: `${scene.height}px` }}
    />
  )
}

function TokensView({ tokens: { title, rows } }: { readonly tokens: Tokens }) {
  return (
    <div class="view words">
      {title !== undefined && <h4>{title}</h4>}
      {rows.map(({ label, pieces }, i) => (
        <p key={i} class="tokens">
          {label !== undefined && <span class="label">{label}</span>}
          {pieces.map(({ text, shade = 0, missing = false }, j) => (
            <span
              key={j}
              class={missing ? 'piece missing' : 'piece'}
              style={shade > 0 ? { '--shade': String(Math.round(Math.min(1, shade) * 45)) } : {}}
            >
              {missing ? '▁' : text}
            </span>
          ))}
        </p>
      ))}
    </div>
  )
}

function TableView({ table: { title, columns, rows } }: { readonly table: Table }) {
  return (
    <div class="view words" tabIndex={0} role="region" aria-label={title ?? columns.join(', ')}>
      <table>
        {title !== undefined && <caption>{title}</caption>}
        <thead>
          <tr>
            {columns.map((column, i) =>
              column === '' ? (
                <td key={i} />
              ) : (
                <th key={i} scope="col">
                  {column}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j} class={typeof cell === 'number' ? 'number' : undefined}>
                  {typeof cell === 'number' ? numberText(cell) : cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
