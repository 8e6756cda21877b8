/** A real browser for tests: the system's Chromium, installed where it is missing and can be. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { env } from 'node:process'
import { type Browser, chromium as driver } from 'playwright-core'
import { onPath } from './on-path.ts'

/** Debian's launcher is a script; the program itself starts quicker and takes no flags from the machine's settings. */
const places = [
  '/usr/lib/chromium/chromium',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** Where the browser is: `CHROMIUM`, or a usual place; undefined where there is none. */
export function findChromium(): string | undefined {
  const named = env.CHROMIUM
  if (named !== undefined) return named === '' ? undefined : named
  return places.find((path) => existsSync(path)) ?? onPath('chromium') ?? onPath('google-chrome')
}

/** Installs Debian's package if there is no browser and this process may; says why not otherwise. */
export function installChromium(): void {
  if (findChromium() !== undefined || env.CHROMIUM === '') return
  const root = process.getuid?.() === 0
  if (!root || onPath('apt-get') === undefined) {
    console.warn(
      'No Chromium: tests of pages are skipped. Install it (Debian: apt-get install chromium), or set CHROMIUM.',
    )
    return
  }
  const apt = (...args: string[]): void =>
    void execFileSync('apt-get', ['-qq', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 300_000,
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  try {
    apt('update')
    apt('install', '-y', '--no-install-recommends', 'chromium')
  } catch (error) {
    console.warn(`Chromium could not be installed, so tests of pages are skipped: ${String(error)}`)
  }
}

/** Nothing but the page's own traffic: a closed network refuses what a browser does in the background. */
export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** For {@link launchChromium}: WebGPU on an adapter made of software, slow and right. */
export const softwareGpu: readonly string[] = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']

/** Starts the browser; `flags` are added. Close it when done. */
export function launchChromium({ flags: more = [] }: { readonly flags?: readonly string[] } = {}): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('there is no Chromium: guard the test by findChromium()')
  return driver.launch({ executablePath, args: [...flags, ...more] })
}
