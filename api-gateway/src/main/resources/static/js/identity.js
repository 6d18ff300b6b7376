/** Who the buyer is: the subject of an access token, or, where nobody asks for one, a name of the tab's own. */

const KEY = 'access_token';
const element = (id) => document.getElementById(id);

/** In this tab only; a page of another origin cannot read it, and nothing sends it by itself, as it does a cookie. */
let token = sessionStorage.getItem(KEY);
let asking = null;

/** The user_id of every call. */
export const user = subject(token) ?? tab();

export const authorization = () => (token ? { Authorization: `Bearer ${token}` } : {});

/** Asks for a token, because the server wants one or a better one; done when there is one. */
export function signIn() {
  asking ??= new Promise((done) => {
    const dialog = element('sign-in');
    const field = element('token');
    const why = element('sign-in-why');
    why.textContent = token ? 'The server does not accept this token; it may have expired.' : '';
    dialog.showModal();
    element('sign-in-form').onsubmit = (event) => {
      event.preventDefault();
      const given = field.value.trim().replace(/^Bearer\s+/i, '');
      const signedIn = subject(given);
      if (signedIn === undefined) {
        why.textContent = 'This is no access token.';
        return;
      }
      sessionStorage.setItem(KEY, given);
      // What is on the page, and on its way, is somebody else's.
      if (signedIn !== user) {
        location.reload();
        return;
      }
      token = given;
      asking = null;
      field.value = '';
      element('sign-out').hidden = false;
      dialog.close();
      done();
    };
  });
  return asking;
}

/** As the server will read it; the server alone can tell whether it is true. */
function subject(jwt) {
  try {
    return JSON.parse(atob(jwt.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'))).sub;
  } catch {
    return undefined;
  }
}

/** Each tab of the browser is a buyer of its own; a reload is the same one. */
function tab() {
  const id = sessionStorage.getItem('user_id') ?? uuid();
  sessionStorage.setItem('user_id', id);
  return id;
}

/** crypto.randomUUID() is there on https and localhost only; a phone in the house comes over http. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

element('sign-out').hidden = !token;
element('sign-out').addEventListener('click', () => {
  sessionStorage.removeItem(KEY);
  location.reload();
});
