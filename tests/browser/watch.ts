// What must never happen while a test runs: errors and warnings of the console, exceptions, violations of the content
// security policy, requests that fail or that leave the folder of the page.

import { type BrowserContext, expect } from '@playwright/test';

/** Said where playwright.config.ts lets no service worker start. */
const blockedByTests = 'Service Worker registration blocked by Playwright';

export class Watch {
  private readonly folder: string;
  private readonly troubles: string[] = [];
  private readonly provoked: RegExp[] = [];
  private readonly tolerated: RegExp[] = [];

  /** `folder` is the address below which everything the page asks for must lie. */
  constructor(folder: string) {
    this.folder = folder;
  }

  async over(context: BrowserContext): Promise<void> {
    context.on('console', (message) => {
      if (message.text() === blockedByTests) return;
      if (['error', 'warning'].includes(message.type())) this.note(`console: ${message.text()}`);
    });
    context.on('weberror', (error) => this.note(`exception: ${error.error().message}`));
    context.on('request', (request) => {
      if (!request.url().startsWith(this.folder)) this.note(`request outside the folder: ${request.url()}`);
    });
    context.on('requestfailed', (request) => {
      // A page that is left takes back what it has asked for.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') this.note(`request failed: ${request.url()}`);
    });
    context.on('response', (response) => {
      // 304: what the browser has is still right.
      if (!response.ok() && response.status() !== 304)
        this.note(`answer ${response.status()}: ${response.url()}`);
    });
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`violation of ${event.effectiveDirective}: ${event.blockedURI}`);
      });
    });
  }

  /** These troubles are the point of the test: they are allowed, and must happen. */
  provoke(...troubles: RegExp[]): void {
    this.provoked.push(...troubles);
  }

  /** These are allowed, and need not happen. */
  tolerate(...troubles: RegExp[]): void {
    this.tolerated.push(...troubles);
  }

  /** Fails for every trouble that was not provoked, and for every provoked one that does not happen. */
  async finish(): Promise<void> {
    const known = [...this.provoked, ...this.tolerated];
    const unexpected = () => this.troubles.filter((each) => !known.some((one) => one.test(each)));
    const missing = () => this.provoked.filter((one) => !this.troubles.some((each) => one.test(each)));
    // What the browser reports may come a moment after what caused it.
    await expect.poll(missing, 'the browser reports what the test provokes').toEqual([]);
    expect(unexpected(), 'the browser reports nothing else').toEqual([]);
  }

  private note(trouble: string): void {
    this.troubles.push(trouble);
  }
}
