/**
 * Firefox for tests. It is started with an address and nothing else, so that any version will do: the page drives itself, and tells the
 * server what it saw.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { onPath } from './on-path.ts'

/** Where the browser is: `FIREFOX`, or on the path; undefined where there is none, or `FIREFOX` is empty. */
export function findFirefox(): string | undefined {
  if (env.FIREFOX !== undefined) return env.FIREFOX === '' ? undefined : env.FIREFOX
  return onPath('firefox-esr') ?? onPath('firefox')
}

/** Nothing but the page's own traffic, and no windows that ask. */
const preferences: Readonly<Record<string, boolean | number | string>> = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.aboutConfig.showWarning': false,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.dns.disablePrefetch': true,
  'services.settings.server': 'http://127.0.0.1:9/',
  'toolkit.telemetry.enabled': false,
}

/** Opens an address in a browser of its own, without a window, until it is disposed of. */
export function openFirefox(url: string): AsyncDisposable {
  const path = findFirefox()
  if (path === undefined) throw new Error('there is no Firefox: guard the test by findFirefox()')
  const profile = mkdtempSync(join(tmpdir(), 'tweedie-firefox-'))
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`)
  writeFileSync(join(profile, 'user.js'), lines.join('\n'))
  const browser = spawn(path, ['--headless', '--no-remote', '--profile', profile, url], {
    stdio: 'ignore',
    detached: true,
    env: { ...env, HOME: profile, MOZ_HEADLESS: '1' },
  })
  const ended = once(browser, 'exit')
  return {
    async [Symbol.asyncDispose]() {
      // It has processes of its own, which end with their group.
      if (browser.exitCode === null) process.kill(-browser.pid!, 'SIGKILL')
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
