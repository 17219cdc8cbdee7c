/** One route of an HTTP API. */
export interface Route {
  /** `POST /telegram/webhook`, `ANY /files/{proxy+}` or `$default`. */
  readonly routeKey: string;
  readonly functionName: string;
}

/** The route that serves a request, and what its path holds. */
export interface RouteMatch {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * The most specific route wins: full paths before `{name}`, those before `{name+}`, `$default` last; a method before ANY.
 * doc: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export const matchRoute = (routes: readonly Route[], method: string, path: string): RouteMatch | null => {
  const candidates = routes.flatMap((route) => {
    const pathParameters = parametersOf(route.routeKey, method, path);
    return pathParameters === null ? [] : [{ route, pathParameters }];
  });
  return candidates.sort((a, b) => rank(a.route.routeKey) - rank(b.route.routeKey))[0] ?? null;
};

const parametersOf = (routeKey: string, method: string, path: string): Record<string, string> | null => {
  if (routeKey === '$default') return {};
  const [wanted = '', pattern = ''] = routeKey.split(' ');
  if (wanted !== 'ANY' && wanted !== method) return null;
  const names: string[] = [];
  const source = pattern
    .split('/')
    .map((part) => {
      const [, name, greedy] = /^\{([\w.-]+)(\+)?\}$/.exec(part) ?? [];
      if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(name);
      return greedy === undefined ? '([^/]+)' : '(.+)';
    })
    .join('/');
  const values = new RegExp(`^${source}$`).exec(path)?.slice(1);
  if (values === undefined) return null;
  return Object.fromEntries(names.map((name, index) => [name, decode(values[index] ?? '')]));
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % in a URL is passed on as it came.
    return text;
  }
};

const rank = (routeKey: string): number => {
  if (routeKey === '$default') return 100;
  const shape = routeKey.includes('+}') ? 20 : routeKey.includes('{') ? 10 : 0;
  return shape + (routeKey.startsWith('ANY ') ? 1 : 0);
};
