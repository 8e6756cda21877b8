/** Light or dark: what the system prefers, or what the visitor chose here. */
import { effect, signal } from '@preact/signals'
import type { Theme } from './draw/colours.ts'

const system = globalThis.matchMedia?.('(prefers-color-scheme: dark)')
const chosen = stored()

/** The theme in use. */
export const theme = signal<Theme>(chosen ?? (system?.matches ? 'dark' : 'light'))

/** Whether things may move by themselves. */
export const mayMove = signal(globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches !== true)

system?.addEventListener('change', ({ matches }) => {
  if (stored() === undefined) theme.value = matches ? 'dark' : 'light'
})
globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').addEventListener('change', ({ matches }) => {
  mayMove.value = !matches
})
effect(() => {
  if (globalThis.document !== undefined) document.documentElement.dataset.theme = theme.value
})

/** Chooses a theme; it stays chosen where the browser lets a page remember. */
export function chooseTheme(next: Theme): void {
  theme.value = next
  try {
    localStorage.setItem('tweedie-theme', next)
  } catch {
    // A private window: the choice holds until the page is left.
  }
}

function stored(): Theme | undefined {
  try {
    const kept = globalThis.localStorage?.getItem('tweedie-theme')
    return kept === 'light' || kept === 'dark' ? kept : undefined
  } catch {
    return undefined
  }
}
