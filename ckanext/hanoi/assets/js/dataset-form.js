/* The dataset's form: lists that are searched as Vietnamese people type, and a visibility that
 * follows what was said of the data. Without scripts the form works too: plain lists, and the
 * server keeps the rules.
 */
(function (ckan, jQuery) {
  'use strict';

  /* Lower case, no accents, đ as d: what a person may type for a word of the list. */
  function fold(text) {
    return (text || '').normalize('NFD').replace(/[\u0300-\u036f]/g, '')
      .replace(/[đĐ]/g, 'd').toLowerCase().replace(/[^a-z0-9]+/g, ' ').trim();
  }

  /* Every word that was typed must begin a word of the choice. */
  function matches(haystack, term) {
    var words = ' ' + haystack;
    return fold(term).split(' ').every(function (word) {
      return words.indexOf(' ' + word) >= 0;
    });
  }

  ckan.module('hanoi-select', function () {
    return {
      initialize: function () {
        var translate = this._.bind(this);
        var known = new WeakMap();
        // coming back with the browser's button, CKAN keeps the list that Select2 drew
        this.el.next('span.select2-container').remove();
        this.el.select2({
          width: '100%',
          placeholder: translate('Type to search…'),
          allowClear: !this.el.prop('multiple') && this.el.find('option[value=""]').length > 0,
          matcher: function (params, data) {
            if (!(params.term || '').trim() || !data.element) {
              return data;
            }
            if (!known.has(data.element)) {
              known.set(data.element, fold(
                data.text + ' ' + (data.element.getAttribute('data-search') || '')));
            }
            return matches(known.get(data.element), params.term) ? data : null;
          },
          language: {
            noResults: function () { return translate('No matches found'); },
            searching: function () { return translate('Searching...'); }
          }
        });
      }
    };
  });

  ckan.module('hanoi-visibility', function () {
    return {
      options: {message: ''},

      initialize: function () {
        jQuery.proxyAll(this, /_on/);
        this.form = this.el.closest('form');
        this.note = this.el.siblings('.hanoi-visibility-note');
        this.form.on('change', '[name=sensitivity], [name=personal_data]', this._onChange);
        this._onChange();
      },

      _onChange: function () {
        var sensitivity = this.form.find('[name=sensitivity]').val();
        var personal = this.form.find('[name=personal_data]:checked').val() === 'true';
        var closed = personal || sensitivity === 'core' || sensitivity === 'important';
        this.el.find('option[value=False]').prop('disabled', closed);
        if (closed) {
          this.el.val('True');
        }
        this.note.text(closed ? this.options.message : '');
      }
    };
  });
})(this.ckan, this.jQuery);
