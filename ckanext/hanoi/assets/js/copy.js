/* A button that copies a text of the page. It is hidden where the browser can't copy. */
this.ckan.module('hanoi-copy', function ($) {
  'use strict';
  return {
    options: { of: '' },

    initialize: function () {
      if (!window.navigator.clipboard) {
        return;
      }
      $.proxyAll(this, /_on/);
      this.el.on('click', this._onClick).prop('hidden', false);
    },

    _onClick: function () {
      var told = this._('Copied');
      var failed = this._('Copying is not allowed here. Select the text and copy it.');
      var note = $('<span class="hanoi-copied" role="status"></span>');
      this.el.siblings('.hanoi-copied').remove();
      this.el.after(note);
      window.navigator.clipboard.writeText($(this.options.of).text().trim()).then(
        function () { note.text(told); },
        function () { note.text(failed); }
      );
    }
  };
});
